import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { systemClock } from '@kedge/shared/util/clock'
import { systemEntropy } from '@kedge/shared/util/entropy'
import { Hours, Ms } from '@kedge/shared/util/units'
import { describe, expect, it } from 'vitest'
import { openAgentLink } from '../../../edge-agent/src/link/open-agent-link.js'
import {
  createAuthority,
  issueServerCertificate,
  type Certified,
} from '../../../fleet-server/src/tls/issue-certificates.js'
import { eventually } from '../../support/eventually.js'
import { joinDevice, type JoinedDevice } from '../../support/joined-device.js'
import { mosquittoMissing, startMosquitto } from '../../support/mosquitto.js'
import { startTestServer } from '../../support/running-server.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const now = () => Ms(Date.now())

async function startSecure(folder: string, { certificate, key }: Certified) {
  const files = { certfile: path.join(folder, 'mq.pem'), keyfile: path.join(folder, 'mq-key.pem') }
  await writeFile(files.certfile, certificate)
  await writeFile(files.keyfile, key)
  // Started by root it would become somebody who may not read the key.
  const user = process.getuid?.() === 0 ? ['user root'] : []
  const settings = Object.entries(files).map(([name, file]) => `${name} ${file}`)
  return startMosquitto({ settings: [...settings, ...user] })
}

/** The first code that the link of a device gives, or `online`. */
async function outcomeOf({ enrolment, keys }: JoinedDevice): Promise<string> {
  const codes: string[] = []
  const note = (_message: string, facts: object = {}) => {
    if ('code' in facts) codes.push(String(facts.code))
  }
  const world = { clock: systemClock, entropy: systemEntropy, log: { info: note, warn: note } }
  await using link = openAgentLink({ ...world, enrolment, keys })
  await eventually(() => link.online || codes.length > 0, 'an outcome')
  return link.online ? 'online' : codes[0]!
}

describe.skipIf(mosquittoMissing)(`a Mosquitto with TLS ${mosquittoMissing ?? ''}`, () => {
  it('is believed by server and agents who were given its authority, and by no other', async () => {
    await using folder = await temporaryFolder()
    const authority = await createAuthority(now())
    const certificate = await issueServerCertificate(authority, ['127.0.0.1'], now())
    await using mosquitto = await startSecure(folder.path, certificate)
    await using plain = await startMosquitto()
    const brokerCa = path.join(folder.path, 'mq-ca.pem')
    await writeFile(brokerCa, authority.certificate)
    const data = path.join(folder.path, 'server')
    const brokerUrl = mosquitto.url.replace('mqtt:', 'mqtts:')
    await using server = await startTestServer(data, { brokerUrl, brokerCa })
    await eventually(async () => (await fetch(`${server.url}/readyz`)).ok, 'the server’s link')

    const joined = await joinDevice(server)
    const { enrolment } = joined
    expect(enrolment).toMatchObject({ ca: authority.certificate, brokerUrl })
    const other = await createAuthority(now())
    const unsure = { ...enrolment, ca: undefined as never }
    const rows: [string, JoinedDevice['enrolment']][] = [
      ['online', enrolment],
      ['certificate-untrusted', { ...enrolment, ca: other.certificate }],
      ['certificate-untrusted', unsure],
      [
        'certificate-name',
        { ...enrolment, brokerUrl: brokerUrl.replace('127.0.0.1', 'localhost') },
      ],
      // Mosquitto hangs up on who speaks the other way, and says nothing.
      ['link-offline', { ...enrolment, brokerUrl: plain.url.replace('mqtt:', 'mqtts:') }],
      ['link-offline', { ...enrolment, brokerUrl: mosquitto.url }],
    ]
    for (const [code, one] of rows) {
      expect([code, await outcomeOf({ ...joined, enrolment: one })]).toEqual([code, code])
    }
  }, 60_000)

  it('is not believed under a certificate that has expired', async () => {
    await using folder = await temporaryFolder()
    const authority = await createAuthority(now())
    const long = Ms(Date.now() - Hours(200 * 24))
    const certificate = await issueServerCertificate(authority, ['127.0.0.1'], long)
    await using mosquitto = await startSecure(folder.path, certificate)
    await using server = await startTestServer(path.join(folder.path, 'server'))
    const joined = await joinDevice(server)
    const at = { brokerUrl: mosquitto.url.replace('mqtt:', 'mqtts:'), ca: authority.certificate }
    const enrolment = { ...joined.enrolment, ...at }
    expect(await outcomeOf({ ...joined, enrolment })).toBe('certificate-expired')
  }, 60_000)
})
