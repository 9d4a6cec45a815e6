import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { enrolDevice } from '@kedge/shared/adapters/enrolment'
import { ReportChain } from '@kedge/shared/device/report-chain'
import { parseEnrolmentToken } from '@kedge/shared/protocol/enrolment'
import { topicMap } from '@kedge/shared/protocol/topic-map'
import { topics } from '@kedge/shared/protocol/topics'
import { payloadTypes } from '@kedge/shared/protocol/envelope'
import { openEnvelope, type Envelope } from '@kedge/shared/trust/dsse'
import { signEnvelope, type Signer } from '@kedge/shared/trust/sign-envelope'
import { generateKeyPair, importPublicKey } from '@kedge/shared/trust/keys'
import { encodeUtf8, fromBase64 } from '@kedge/shared/util/bytes'
import { systemEntropy } from '@kedge/shared/util/entropy'
import { webSha256 } from '@kedge/shared/util/sha256'
import type { Device } from '../../../fleet-server/src/devices/device.js'
import { callApi } from '../../support/admin-api.js'
import { mosquittoMissing, startMosquitto } from '../../support/mosquitto.js'
import { stateOf } from '../../support/reported-state.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { eventually } from '../../support/eventually.js'

const minute = 60_000

describe.skipIf(mosquittoMissing)('on a broker that somebody else owns', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let mosquitto: Awaited<ReturnType<typeof startMosquitto>>
  let server: RunningServer
  /** Mosquitto asks nobody who they are here, so this one may publish whatever it likes. */
  let owner: MqttClient

  beforeAll(async () => {
    folder = await temporaryFolder()
    mosquitto = await startMosquitto()
    server = await startTestServer(folder.path, { brokerUrl: mosquitto.url })
    owner = await connectAsync(mosquitto.url, { protocolVersion: 4, reconnectPeriod: 0 })
  })
  afterAll(async () => {
    await owner.endAsync(true)
    await server[Symbol.asyncDispose]()
    await mosquitto[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  const api = <T>(route: `${string} /${string}`, body?: unknown) => callApi<T>(server, route, body)
  const find = (id: string) => api<Device>(`GET /devices/${id}`)

  async function join(known?: CryptoKeyPair): Promise<Signer & { readonly keys: CryptoKeyPair }> {
    const policy = { labels: {}, ttlS: 600, uses: 1 }
    const { token } = await api<{ token: string }>('POST /enrolment-tokens', policy)
    const keys = known ?? (await generateKeyPair(false))
    const { secret } = parseEnrolmentToken(token)
    const asked = { kind: 'agent', url: server.url, secret, keys, labels: {} } as const
    const { device } = await enrolDevice({ ...asked, fetch })
    return { id: device, privateKey: keys.privateKey, keys }
  }

  const bootOf = (signer: Signer) =>
    new ReportChain({ signer, entropy: systemEntropy, sha256: webSha256 })

  const publish = (device: string, envelope: Envelope) =>
    owner.publishAsync(
      topics.reported(device).path,
      Buffer.from(topicMap.reported.codec.encode(envelope)),
      { qos: 1, retain: true },
    )

  async function refusedAs(code: string): Promise<number> {
    const text = await (await fetch(`${server.url}/metrics`)).text()
    const line = new RegExp(`^kedge_reports_refused_total\\{code="${code}"\\} (\\d+)$`, 'm')
    return Number(line.exec(text)?.[1] ?? 0)
  }

  /** What the owner publishes does not count, and is counted by its code. */
  async function expectRefusal(code: string, device: string, envelope: Envelope): Promise<void> {
    const [before, known] = [await refusedAs(code), await find(device)]
    await publish(device, envelope)
    await eventually(async () => (await refusedAs(code)) > before, code)
    const { reported } = await find(device)
    expect(reported).toEqual(known.reported)
  }

  /** A device that has reported, and the boot it is in. */
  async function reporting() {
    const device = await join()
    const boot = bootOf(device)
    const first = await boot.sign(stateOf(device.id, { at: Date.now() - 20 * minute }))
    await publish(device.id, first)
    await eventually(async () => (await find(device.id)).reported !== null, 'a report')
    return { ...device, boot, first }
  }

  it('serves the last report as it was signed, for everybody to check', async () => {
    const { id, first } = await reporting()
    const served = await api<Envelope>(`GET /devices/${id}/report`)
    expect(served).toEqual(first)
    const { publicKey: key } = await find(id)
    const trusted = [await importPublicKey({ id, key })]
    const payload = await openEnvelope(served, payloadTypes.report, trusted)
    expect(JSON.parse(new TextDecoder().decode(payload))).toMatchObject({ device: id })
  })

  it('has no report to serve before the first', async () => {
    const { id } = await join()
    await expect(api(`GET /devices/${id}/report`)).rejects.toThrow('404')
  })

  it('counts none that another key has signed, or nobody', async () => {
    const { id, boot } = await reporting()
    const stranger = await generateKeyPair(false)
    const forged = bootOf({ id, privateKey: stranger.privateKey })
    await expectRefusal('signature-invalid', id, await forged.sign(stateOf(id)))
    const genuine = await boot.sign(stateOf(id, { at: Date.now() }))
    await expectRefusal('signature-invalid', id, { ...genuine, signatures: [] })
    const payload = Buffer.from(fromBase64(genuine.payload)).toString().replace('"test"', '"fake"')
    const changed = { ...genuine, payload: Buffer.from(payload).toString('base64') }
    await expectRefusal('signature-invalid', id, changed)
  })

  it('counts none that was signed for another purpose, or is no report', async () => {
    const { id, privateKey } = await reporting()
    const signer = { id, privateKey }
    const body = encodeUtf8(JSON.stringify(stateOf(id)))
    const other = await signEnvelope(payloadTypes.desired, body, signer)
    await expectRefusal('signature-invalid', id, other)
    const none = await signEnvelope(payloadTypes.report, body, signer)
    await expectRefusal('document-invalid', id, none)
  })

  it('counts none of another device, whoever has signed it', async () => {
    const [one, two] = [await reporting(), await reporting()]
    const ofTwo = await two.boot.sign(stateOf(two.id, { at: Date.now() }))
    await expectRefusal('signature-invalid', one.id, ofTwo)
    const inItsName = await bootOf(one).sign(stateOf(two.id, { at: Date.now() }))
    await expectRefusal('wrong-device', one.id, inItsName)
  })

  it('counts none that is played again, and goes on with the next', async () => {
    const { id, boot, first } = await reporting()
    const seen = async (seq: number) => (await find(id)).reported?.reportSeq === seq
    await publish(id, await boot.sign(stateOf(id, { at: Date.now() })))
    await eventually(() => seen(2), 'the second report')
    await expectRefusal('sequence-stale', id, first)
    await publish(id, await boot.sign(stateOf(id, { at: Date.now() })))
    await eventually(() => seen(3), 'the third report')
    expect(await find(id)).toMatchObject({ alarm: null })
  })

  it('counts none of a device that was revoked', async () => {
    const { id, boot } = await reporting()
    await api(`POST /devices/${id}/revoke`)
    const before = await refusedAs('signature-invalid')
    await publish(id, await boot.sign(stateOf(id, { at: Date.now() })))
    await eventually(async () => (await refusedAs('signature-invalid')) > before)
    await expect(find(id)).rejects.toThrow('404')
  })

  it('takes a restart for a restart', async () => {
    const device = await reporting()
    const { id } = device
    const { bootId } = (await find(id)).reported!
    await publish(id, await bootOf(device).sign(stateOf(id, { at: Date.now() - 9 * minute })))
    await eventually(async () => (await find(id)).reported?.bootId !== bootId, 'the next boot')
    const held = await device.boot.sign(stateOf(id, { at: Date.now() - 10 * minute }))
    await expectRefusal('sequence-stale', id, held)
    expect(await find(id)).toMatchObject({ alarm: null })
  })

  it('quarantines a device of which there are two, and says so', async () => {
    const device = await reporting()
    const { id, boot, keys } = device
    const clone = bootOf(device)
    await publish(id, await clone.sign(stateOf(id, { at: Date.now() - 9 * minute })))
    await expectRefusal('device-cloned', id, await boot.sign(stateOf(id, { at: Date.now() })))
    expect(await find(id)).toMatchObject({ alarm: { code: 'device-cloned' } })
    await expectRefusal('device-cloned', id, await clone.sign(stateOf(id, { at: Date.now() })))
    const { items } = await api<{ items: { action: string; object: string }[] }>('GET /audit')
    const rows = items.filter(({ action }) => action === 'device.quarantine')
    expect(rows).toMatchObject([{ object: `devices/${id}` }])

    // Enrolling it anew is the way out.
    await api(`POST /devices/${id}/revoke`)
    await api(`DELETE /barred-devices/${id}`)
    expect((await join(keys)).id).toBe(id)
    await publish(id, await bootOf(device).sign(stateOf(id, { at: Date.now() })))
    await eventually(async () => (await find(id)).reported !== null, 'a report that counts')
    expect(await find(id)).toMatchObject({ alarm: null })
  })
})
