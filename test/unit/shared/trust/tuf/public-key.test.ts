import { beforeAll, describe, expect, it } from 'vitest'
import type { TufKey } from '@kedge/shared/trust/tuf/documents'
import { importRawEd25519, importTufKey } from '@kedge/shared/trust/tuf/public-key'
import { envelopeKeys, type TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import { fromBase64, toHex } from '@kedge/shared/util/bytes'
import { createRsaSigner, createSigner } from '../../../../support/tuf/test-signers.js'

let ecdsa: TufSigner
beforeAll(async () => {
  ecdsa = await createSigner('ecdsa')
})

const identity = async (key: TufKey) => (await importTufKey(key))?.identity
const withText = (key: TufKey, text: string): TufKey => ({ ...key, keyval: { public: text } })

describe('Ed25519 key', () => {
  it('is 32 bytes in hexadecimal of either case', async () => {
    for (const text of ['0f'.repeat(32), '0F'.repeat(32)]) {
      const key = await importRawEd25519(text)
      expect(toHex(new Uint8Array(await crypto.subtle.exportKey('raw', key)))).toBe('0f'.repeat(32))
      expect(key.usages).toEqual(['verify'])
    }
  })

  it.each([
    // parseInt() reads the first four as 01.
    ['a blank before the last digit', `${'0f'.repeat(31)} 1`],
    ['a blank behind the last digit', `${'0f'.repeat(31)}1 `],
    ['a blank before the first digit', ` 1${'0f'.repeat(31)}`],
    ['a blank behind the first digit', `1 ${'0f'.repeat(31)}`],
    ['a letter in the middle', `${'0f'.repeat(15)}0g${'0f'.repeat(16)}`],
    ['31 bytes', '0f'.repeat(31)],
    ['33 bytes', '0f'.repeat(33)],
    ['a digit too many', `${'0f'.repeat(32)}0`],
    ['nothing', ''],
  ])('has not %s', async (_what, text) => {
    await expect(importRawEd25519(text)).rejects.toThrow()
  })
})

describe('key in PEM', () => {
  it('is the same with other line ends and blanks around it', async () => {
    const { key } = ecdsa
    const text = key.keyval.public
    for (const other of [text.trim(), `\n \t${text}\n \n`, text.replaceAll('\n', '\r\n')]) {
      expect(await identity(withText(key, other))).toBe(await identity(key))
    }
    expect(await identity(withText(key, text.replace(/KEY-----\n/, 'KEY-----')))).toBe(
      await identity(key),
    )
  })

  it('is none with anything else around it, or with another name', async () => {
    const { key } = ecdsa
    const text = key.keyval.public.trim()
    const body = text.split('\n').slice(1, -1).join('\n')
    for (const other of [
      `x${text}`,
      `${text}x`,
      `x\n${text}`,
      `${text}\nx`,
      text.replaceAll('PUBLIC', 'PRIVATE'),
      text.replace('BEGIN', 'OTHER'),
      body,
      '',
      `-----BEGIN PUBLIC KEY-----${body}`,
      `${body}-----END PUBLIC KEY-----`,
      '-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----',
      text.replace('M', '!M'),
    ]) {
      expect(await identity(withText(key, other))).toBeUndefined()
    }
  })
})

describe('ECDSA key', () => {
  it('has two names for its type, and one scheme', async () => {
    const own = await identity(ecdsa.key)
    expect(own).toMatch(/^3059/)
    const older = { ...ecdsa.key, keytype: 'ecdsa-sha2-nistp256' }
    expect(await identity(older)).toBe(own)
    expect(await identity({ ...older, scheme: 'ecdsa-sha2-nistp384' })).toBeUndefined()
    expect(await identity({ ...ecdsa.key, keytype: 'ecdsa-sha2-nistp384' })).toBeUndefined()
  })

  it('may be a point in hexadecimal, and is the same key then', async () => {
    const spki = fromBase64(ecdsa.key.keyval.public.replace(/-----[A-Z ]+-----/g, ''))
    const point = withText(ecdsa.key, toHex(spki.subarray(-65)))
    expect(await identity(point)).toBe(await identity(ecdsa.key))
    const message = new Uint8Array([1, 2, 3])
    const key = await importTufKey(point)
    expect(await key!.isSigner(toHex(await ecdsa.sign(message)), message)).toBe(true)
    expect(await identity(withText(ecdsa.key, toHex(spki.subarray(-64))))).toBeUndefined()
  })
})

describe('RSA key', () => {
  it('has 2048 bits at least', async () => {
    expect(await identity((await createRsaSigner(32, 2048)).key)).toBeDefined()
    expect(await identity((await createRsaSigner(32, 2040)).key)).toBeUndefined()
  })

  it('of an odd length has the longest salt that fits', async () => {
    // RFC 8017, 9.1.1: emLen is ceil((modBits - 1) / 8), and the salt is at most emLen - hLen - 2.
    const signer = await createRsaSigner(Math.ceil((2049 - 1) / 8) - 32 - 2, 2049)
    const message = new Uint8Array([1, 2, 3])
    const key = await importTufKey(signer.key)
    expect(await key!.isSigner(toHex(await signer.sign(message)), message)).toBe(true)
  })
})

describe('a signature', () => {
  it('is read in hexadecimal of either case, and is nobody’s when it is not that', async () => {
    const signer = await createSigner()
    const key = await importTufKey(signer.key)
    const message = new Uint8Array([1, 2, 3])
    const sig = toHex(await signer.sign(message))
    expect(await key!.isSigner(sig.toUpperCase(), message)).toBe(true)
    for (const bad of ['', 'zz', sig.slice(1), `${sig}0`, ` ${sig}`, `${sig}\n`, `0x${sig}`]) {
      expect(await key!.isSigner(bad, message)).toBe(false)
    }
  })
})

describe('the keys of a fleet', () => {
  it('are those that say they are Ed25519', async () => {
    const { key } = await createSigner()
    const keys = await envelopeKeys({ a: key, b: { ...key, keytype: 'x' }, c: withText(key, '') })
    expect(keys.map(({ id }) => id)).toEqual(['a'])
  })
})
