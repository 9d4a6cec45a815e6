import { createHash } from 'node:crypto'
import { importJWK, jwtVerify, type JWTVerifyOptions } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { DocumentError } from '@kedge/shared/errors/document-error'
import {
  createKeyFile,
  deviceIdOf,
  exportPublicKey,
  generateKeyPair,
  importPublicKey,
  importSigner,
  keyFileSchema,
  mqttAudience,
  publicKeySchema,
  signToken,
} from '@kedge/shared/trust/keys'
import { deviceIdSchema } from '@kedge/shared/util/scalars'
import { encodeUtf8, fromBase64, toBase64, toBase64Url } from '@kedge/shared/util/bytes'

describe('key file', () => {
  it('survives being written and read, and signs what its public half verifies', async () => {
    const file = keyFileSchema.parse(JSON.parse(JSON.stringify(await createKeyFile('publisher'))))
    const signer = await importSigner(file)
    const { key, id } = await importPublicKey({ id: file.id, key: file.publicKey })
    const message = encodeUtf8('message')
    const signature = await crypto.subtle.sign('Ed25519', signer.privateKey, message)
    expect(await crypto.subtle.verify('Ed25519', key, signature, message)).toBe(true)
    expect([signer.id, id]).toEqual([file.id, file.id])
  })

  it('gives a private key that cannot be taken out again', async () => {
    const { privateKey } = await importSigner(await createKeyFile('publisher'))
    await expect(crypto.subtle.exportKey('pkcs8', privateKey)).rejects.toThrow()
  })

  it('is one of this format, with the key at its length', async () => {
    const file = await createKeyFile('publisher')
    expect(file).toMatchObject({ kedge: 'key/1', name: 'publisher' })
    for (const change of [
      { kedge: 'key/2' },
      { publicKey: file.publicKey.slice(1) },
      { publicKey: `${file.publicKey}=` },
      { privateKey: undefined },
      { name: undefined },
      { id: undefined },
    ]) {
      expect(keyFileSchema.safeParse({ ...file, ...change }).success).toBe(false)
    }
  })

  it('is named by the digest of its public key', async () => {
    const { id, publicKey } = await createKeyFile('publisher')
    const digest = createHash('sha256').update(fromBase64(publicKey)).digest('hex')
    expect(id).toBe(digest.slice(0, 20))
  })
})

describe('public key', () => {
  it('comes back as it went', async () => {
    const { publicKey } = await generateKeyPair(false)
    const exported = await exportPublicKey(publicKey)
    const { key } = await importPublicKey(exported)
    expect(await exportPublicKey(key)).toEqual(exported)
  })

  it('is a document with an id and 32 bytes in base64', async () => {
    const { publicKey } = await generateKeyPair(false)
    const { key } = await exportPublicKey(publicKey)
    const fits = (document: object) => publicKeySchema.safeParse(document).success
    expect(fits({ id: 'i'.repeat(80), key })).toBe(true)
    expect(fits({ id: 'i'.repeat(81), key })).toBe(false)
    expect(fits({ id: 'i', key: key.slice(1) })).toBe(false)
    expect(fits({ id: 'i', key: `${key}=` })).toBe(false)
    expect(fits({ key })).toBe(false)
  })

  it('can be given away, and its private half only where that was asked for', async () => {
    for (const extractable of [true, false]) {
      const { publicKey, privateKey } = await generateKeyPair(extractable)
      expect([publicKey.extractable, privateKey.extractable]).toEqual([true, extractable])
      expect([publicKey.usages, privateKey.usages]).toEqual([['verify'], ['sign']])
    }
  })

  it.each([
    ['not base64', '%'.repeat(44)],
    ['too short', toBase64(new Uint8Array(31))],
    ['too long', toBase64(new Uint8Array(33))],
  ])('that is %s is refused as a document', async (_what, key) => {
    const refusal = importPublicKey({ id: 'x', key })
    await expect(refusal).rejects.toThrow(DocumentError)
    await expect(refusal).rejects.toMatchObject({
      code: 'document-invalid',
      message: 'key x is no Ed25519 public key',
      cause: expect.anything() as Error,
    })
  })
})

describe('device id', () => {
  it('follows from the key and the kind', async () => {
    const raw = new Uint8Array(32).fill(7)
    const digest = createHash('sha256').update(raw).digest('hex').slice(0, 20)
    expect(await deviceIdOf('agent', raw)).toBe(`d-${digest}`)
    expect(await deviceIdOf('browser', raw)).toBe(`b-${digest}`)
    expect(deviceIdSchema.safeParse(`d-${digest}`).success).toBe(true)
  })
})

describe('device token', () => {
  const issuedAt = 1_700_000_000
  const claims = { device: 'd-1', audience: mqttAudience('f-1'), issuedAt, expires: issuedAt + 300 }
  const options: JWTVerifyOptions = {
    algorithms: ['EdDSA'],
    audience: mqttAudience('f-1'),
    issuer: 'd-1',
    subject: 'd-1',
    requiredClaims: ['exp', 'iat', 'jti'],
    currentDate: new Date((issuedAt + 10) * 1000),
  }
  let privateKey: CryptoKey
  let verifier: Awaited<ReturnType<typeof importJWK>>
  beforeAll(async () => {
    const pair = await generateKeyPair(false)
    privateKey = pair.privateKey
    const { key } = await exportPublicKey(pair.publicKey)
    verifier = await importJWK(
      { kty: 'OKP', crv: 'Ed25519', x: toBase64Url(fromBase64(key)) },
      'EdDSA',
    )
  })

  it('is a JSON Web Token that an independent reader accepts', async () => {
    const { payload, protectedHeader } = await jwtVerify(
      await signToken(claims, privateKey),
      verifier,
      options,
    )
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'JWT' })
    expect(payload).toMatchObject({ iss: 'd-1', sub: 'd-1', iat: issuedAt, exp: issuedAt + 300 })
  })

  it('is for the broker of one fleet, and never the same twice', async () => {
    const read = async () =>
      (await jwtVerify(await signToken(claims, privateKey), verifier, options)).payload
    const [first, second] = [await read(), await read()]
    expect(first.aud).toBe('f-1:mqtt')
    expect(first.jti).toMatch(/^[0-9a-f]{16}$/)
    expect(second.jti).not.toBe(first.jti)
  })

  it('is refused when altered, expired, or meant for somebody else', async () => {
    const token = await signToken(claims, privateKey)
    const [header, , signature] = token.split('.') as [string, string, string]
    const body = toBase64Url(encodeUtf8(JSON.stringify({ ...claims, sub: 'd-2' })))
    const refuse = async (text: string, other: JWTVerifyOptions = {}) => {
      await expect(jwtVerify(text, verifier, { ...options, ...other })).rejects.toThrow()
    }
    await refuse(`${header}.${body}.${signature}`)
    await refuse(token.slice(0, -4))
    await refuse(token, { currentDate: new Date((issuedAt + 301) * 1000) })
    await refuse(token, { audience: 'kedge:http' })
    const stranger = await generateKeyPair(false)
    await refuse(await signToken(claims, stranger.privateKey))
  })
})
