import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { jwtVerify } from 'jose'
import { devicePassword, enrolDevice, type DeviceKeys } from '@kedge/shared/adapters/enrolment'
import {
  enrolmentProofOf,
  enrolmentRequestSchema,
  type Enrolment,
} from '@kedge/shared/protocol/enrolment'
import { generateKeyPair, importPublicKey } from '@kedge/shared/trust/keys'
import { decodeUtf8, encodeUtf8, fromBase64, toBase64 } from '@kedge/shared/util/bytes'
import { webSha256 } from '@kedge/shared/util/sha256'
import { ManualClock } from '../../../support/manual-clock.js'
import { MemoryFleet } from '../../../support/memory-fleet.js'

let fleet: MemoryFleet
let enrolment: Enrolment
beforeAll(async () => {
  fleet = await MemoryFleet.create()
  enrolment = { ...fleet.enrolment, device: 'd-0123456789abcdef0123' }
})

const challenge = { nonce: 'n'.repeat(20), fleet: 'fleet-1' }

describe('enrolling', () => {
  let server: Server
  let answer: (response: ServerResponse, request: IncomingMessage) => void
  let bodies: unknown[]
  let keys: DeviceKeys
  beforeEach(async () => {
    bodies = []
    answer = (response) => response.writeHead(201).end(JSON.stringify(enrolment))
    server = createServer((request, response) => {
      let text = ''
      request.on('data', (part: Buffer) => (text += part.toString()))
      request.on('end', () => {
        if (request.method === 'GET') {
          response.writeHead(200).end(JSON.stringify(challenge))
          return
        }
        bodies.push(JSON.parse(text))
        answer(response, request)
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    keys = await generateKeyPair(false)
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const enrol = (secret?: string, root?: string) =>
    enrolDevice({
      kind: 'agent',
      url: url(),
      keys,
      labels: { site: 'berlin' },
      fetch,
      ...(secret !== undefined && { secret }),
      ...(root !== undefined && { root }),
    })

  it('sends a key, a proof that it is held, and labels; gives what the server says', async () => {
    const asked: (string | undefined)[] = []
    const polite = answer
    answer = (response, request) => {
      asked.push(request.method, request.url, request.headers['content-type'])
      polite(response, request)
    }
    expect(await enrol('a secret that is long')).toEqual(enrolment)
    expect(asked).toEqual(['POST', '/api/v1/enrol', 'application/json'])
    const request = enrolmentRequestSchema.parse(bodies[0])
    expect(request).toMatchObject({ secret: 'a secret that is long', labels: { site: 'berlin' } })
    const { key } = await importPublicKey({ id: '', key: request.publicKey })
    const proof = Uint8Array.from(fromBase64(request.proof))
    const proves = (tokenHash: string, of = challenge) =>
      crypto.subtle.verify(
        'Ed25519',
        key,
        proof,
        enrolmentProofOf({ ...request, tokenHash, challenge: of }),
      )
    const tokenHash = await webSha256(encodeUtf8('a secret that is long'))
    expect(request.nonce).toBe(challenge.nonce)
    expect(await proves(tokenHash)).toBe(true)
    expect(await proves(tokenHash.replace(/^./, 'x'))).toBe(false)
    expect(await proves(tokenHash, { ...challenge, nonce: 'o'.repeat(20) })).toBe(false)
    expect(await proves(tokenHash, { ...challenge, fleet: 'fleet-2' })).toBe(false)
  })

  it('can be tried again while an operator has yet to agree', async () => {
    const body = JSON.stringify({ device: enrolment.device, waiting: true })
    answer = (response) => response.writeHead(202).end(body)
    await expect(enrol()).rejects.toMatchObject({ code: 'approval-pending', retryable: true })
    await expect(enrol()).rejects.toThrow(enrolment.device)
  })

  it('needs no secret on a page that the server itself serves', async () => {
    await enrol()
    expect(bodies[0]).not.toHaveProperty('secret')
  })

  it.each([
    [403, { detail: 'the token has expired' }, /the token has expired/],
    [401, { title: 'Unauthorized' }, /status 401/],
    [400, 'not json', /status 400/],
    [409, null, /status 409/],
    [422, { detail: 7 }, /status 422/],
  ])('is refused with status %d and %j, and says why', async (status, body, says) => {
    answer = (response) =>
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))
    await expect(enrol()).rejects.toMatchObject({ name: 'UsageError', code: 'unauthorized' })
    await expect(enrol()).rejects.toThrow(says)
  })

  it.each([429, 500, 502, 503])('can be tried again when the server answers %d', async (status) => {
    answer = (response) => response.writeHead(status).end('<html>')
    await expect(enrol()).rejects.toMatchObject({ code: 'link-offline', retryable: true })
    await expect(enrol()).rejects.toThrow(String(status))
  })

  it.each<[string, () => string]>([
    ['a page of a captive portal', () => '<html>Welcome to the hotel</html>'],
    ['nothing', () => ''],
    ['something else', () => '{"ok":true}'],
    ['another device id', () => JSON.stringify({ ...enrolment, device: '../x' })],
    ['a root that is no base64', () => JSON.stringify({ ...enrolment, root: '%%%' })],
    ['a root of megabytes', () => JSON.stringify({ ...enrolment, root: 'A'.repeat(2_000_000) })],
  ])('is not believed to have succeeded by %s', async (_what, body) => {
    answer = (response) => response.writeHead(200).end(body())
    await expect(enrol()).rejects.toMatchObject({ code: 'document-invalid' })
  })

  it('takes the trust root that the token pins, and no other', async () => {
    const pin = await webSha256(fleet.trust.firstRoot)
    expect(await enrol('a secret that is long', pin)).toEqual(enrolment)
    await fleet.trust.rotate()
    const next = fleet.broker.retained.get('kedge/1/meta/2.root.json')!
    answer = (response) =>
      response.writeHead(201).end(JSON.stringify({ ...enrolment, root: toBase64(next) }))
    await expect(enrol('a secret that is long', pin)).rejects.toMatchObject({
      name: 'TrustError',
      code: 'root-mismatch',
    })
    // A page has no pin: any sound root of the fleet that answers will do.
    expect(await enrol()).toMatchObject({ fleet: enrolment.fleet })
  })

  it.each<[string, string, (root: Uint8Array) => Uint8Array | undefined]>([
    ['of another fleet', 'wrong-fleet', () => undefined],
    ['that nobody has signed', 'signature-invalid', (root) => forge(root, { signatures: [] })],
    ['that is none', 'metadata-invalid', () => encodeUtf8('{"signed":{"_type":"timestamp"}}')],
  ])('begins with no trust root %s', async (_what, code, change) => {
    const root = change(fleet.trust.firstRoot)
    const answered = root ? { root: toBase64(root) } : { fleet: 'f-other' }
    answer = (response) =>
      response.writeHead(201).end(JSON.stringify({ ...enrolment, ...answered }))
    await expect(enrol()).rejects.toMatchObject({ name: 'TrustError', code })
  })

  it('can be tried again when nobody answers, or the answer breaks off', async () => {
    answer = (response) => response.destroy()
    await expect(enrol()).rejects.toMatchObject({ code: 'link-offline' })
    server.close()
    server.closeAllConnections()
    const gone = enrolDevice({ kind: 'agent', url: 'http://127.0.0.1:1', keys, labels: {}, fetch })
    await expect(gone).rejects.toMatchObject({ code: 'link-offline' })
  })

  it('says so when the address is none', async () => {
    const nowhere = enrolDevice({ kind: 'agent', url: 'fleet', keys, labels: {}, fetch })
    await expect(nowhere).rejects.toMatchObject({ code: 'usage' })
  })
})

const forge = (file: Uint8Array, change: object) =>
  encodeUtf8(JSON.stringify({ ...(JSON.parse(decodeUtf8(file)) as object), ...change }))

describe('device password', () => {
  it('is a token of the device’s own key that holds for five minutes', async () => {
    const { publicKey, privateKey } = await generateKeyPair(false)
    const clock = new ManualClock()
    const token = await devicePassword({ device: 'd-1', fleet: 'f-1' }, privateKey, clock)
    const { payload } = await jwtVerify(token, publicKey, {
      algorithms: ['EdDSA'],
      audience: 'f-1:mqtt',
      subject: 'd-1',
      currentDate: new Date(clock.now()),
    })
    expect(payload.exp! - payload.iat!).toBe(300)
  })
})
