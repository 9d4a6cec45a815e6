import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  concatBytes,
  decodeUtf8,
  encodeUtf8,
  equalBytes,
  fromBase64,
  fromBase64Url,
  fromHex,
  toBase64,
  toBase64Url,
  toHex,
} from '@kedge/shared/util/bytes'
import { webSha256 } from '@kedge/shared/util/sha256'
import { seededRuns } from '../../../support/seeded-runs.js'

const someBytes = fc.uint8Array({ maxLength: 300 })

describe('bytes', () => {
  it.each([
    ['hexadecimal', toHex, fromHex],
    ['base64', toBase64, fromBase64],
    ['base64url', toBase64Url, fromBase64Url],
  ] as const)('come back unchanged from %s', (_form, encode, decode) => {
    fc.assert(
      fc.property(someBytes, (bytes) => {
        expect(decode(encode(bytes))).toEqual(bytes)
      }),
      seededRuns(),
    )
  })

  it('are written as Node writes them', () => {
    fc.assert(
      fc.property(someBytes, (bytes) => {
        const buffer = Buffer.from(bytes)
        expect(toHex(bytes)).toBe(buffer.toString('hex'))
        expect(toBase64(bytes)).toBe(buffer.toString('base64'))
        expect(toBase64Url(bytes)).toBe(buffer.toString('base64url'))
      }),
      seededRuns(),
    )
  })

  it('take text through UTF-8 and refuse what is none', () => {
    expect(decodeUtf8(encodeUtf8('grüß 👋'))).toBe('grüß 👋')
    expect(() => decodeUtf8(Uint8Array.of(0xc3))).toThrow(TypeError)
    // UTF-16 surrogates have no place in UTF-8 (RFC 3629, section 3).
    expect(() => decodeUtf8(Uint8Array.of(0xed, 0xa0, 0x80))).toThrow(TypeError)
  })

  it('join in order and compare by value', () => {
    const [a, b] = [Uint8Array.of(1, 2), Uint8Array.of(3)]
    expect(concatBytes([a, new Uint8Array(), b])).toEqual(Uint8Array.of(1, 2, 3))
    expect(concatBytes([])).toEqual(new Uint8Array())
    expect(equalBytes(a, Uint8Array.of(1, 2))).toBe(true)
    expect(equalBytes(a, Uint8Array.of(1, 3))).toBe(false)
    expect(equalBytes(a, Uint8Array.of(1, 2, 0))).toBe(false)
  })

  it('refuse base64 of another alphabet', () => {
    expect(() => fromBase64('a*b=')).toThrow(DOMException)
    expect(() => fromBase64('abcde')).toThrow(DOMException)
  })

  it('hash to the digests of FIPS 180-2', async () => {
    expect(await webSha256(encodeUtf8('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
    expect(await webSha256(new Uint8Array())).toMatch(/^e3b0c44298fc1c149afbf4c8996fb924/)
  })
})
