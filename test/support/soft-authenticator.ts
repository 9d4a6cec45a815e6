import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

const base64Url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest()

const bytesHead = (length: number) =>
  length < 256 ? [0x58, length] : [0x59, length >> 8, length & 255]
const cborText = (text: string) => [0x60 + text.length, ...Buffer.from(text)]
const cborBytes = (bytes: Uint8Array) => [...bytesHead(bytes.length), ...bytes]

const present = 0x01
const verified = 0x04
const attested = 0x40

export interface Ceremony {
  readonly challenge: string
  readonly origin: string
  readonly site: string
  /** What the authenticator says of its count of uses, instead of counting. */
  readonly counter?: number
  /** Whether it saw a finger or a PIN. */
  readonly unlocked?: boolean
}

/** An authenticator in software, with one ES256 passkey (Web Authentication Level 3, section 6). */
export class SoftAuthenticator {
  readonly id = randomBytes(16)
  readonly #pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  #counter = 0

  /** What `navigator.credentials.create` would give. */
  register(ceremony: Ceremony) {
    const data = this.#authenticatorData(ceremony, attested)
    const attestation = [
      ...[0xa3, ...cborText('fmt'), ...cborText('none'), ...cborText('attStmt'), 0xa0],
      ...[...cborText('authData'), ...cborBytes(data)],
    ]
    return this.#credential({
      clientDataJSON: base64Url(clientData('webauthn.create', ceremony)),
      attestationObject: base64Url(Uint8Array.from(attestation)),
      transports: ['internal'],
    })
  }

  /** What `navigator.credentials.get` would give. */
  authenticate(ceremony: Ceremony, key: KeyObject = this.#pair.privateKey) {
    this.#counter = ceremony.counter ?? this.#counter + 1
    const data = this.#authenticatorData(ceremony, 0)
    const client = clientData('webauthn.get', ceremony)
    const signature = sign('sha256', Buffer.concat([data, sha256(client)]), key)
    return this.#credential({
      clientDataJSON: base64Url(client),
      authenticatorData: base64Url(data),
      signature: base64Url(signature),
    })
  }

  #credential<R>(response: R) {
    const id = base64Url(this.id)
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response }
  }

  #authenticatorData({ site, unlocked = true }: Ceremony, flags: number): Buffer {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(this.#counter)
    const all = flags | present | (unlocked ? verified : 0)
    const credential = flags & attested ? this.#attestedCredential() : Buffer.alloc(0)
    return Buffer.concat([sha256(site), Buffer.from([all]), counter, credential])
  }

  #attestedCredential(): Buffer {
    const { x = '', y = '' } = this.#pair.publicKey.export({ format: 'jwk' })
    // COSE_Key { 1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y } (RFC 9053, 7.1.1)
    const head = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]
    const key = [
      ...[...head, ...cborBytes(Buffer.from(x, 'base64url'))],
      ...[0x22, ...cborBytes(Buffer.from(y, 'base64url'))],
    ]
    const noModel = Buffer.alloc(16)
    return Buffer.concat([noModel, Buffer.from([0, this.id.length]), this.id, Buffer.from(key)])
  }
}

const clientData = (type: string, { challenge, origin }: Ceremony): Buffer =>
  Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
