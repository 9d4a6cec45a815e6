import { describe, expect, it } from 'vitest'
import { toRawEcdsa } from '@kedge/shared/trust/tuf/ecdsa-signature'
import { fromHex, toHex } from '@kedge/shared/util/bytes'

const small = '01'.padStart(64, '0')
const high = 'ff'.repeat(32)
const raw = (der: string) => {
  const bytes = toRawEcdsa(fromHex(der))
  return bytes && toHex(bytes)
}

describe('ECDSA signature in DER', () => {
  it.each([
    ['small numbers', '3006020101020101', small + small],
    [
      'full numbers',
      `30440220${'7f'.repeat(32)}0220${'01'.repeat(32)}`,
      '7f'.repeat(32) + '01'.repeat(32),
    ],
    ['numbers with their first bit set', `3046022100${high}022100${high}`, high + high],
    [
      'a short and a long number',
      `3026020180`.replace('80', '7f') + `0221${`00${high}`}`,
      '7f'.padStart(64, '0') + high,
    ],
    [
      'a byte that needs a zero before it',
      '30080202008002020080',
      '80'.padStart(64, '0').repeat(2),
    ],
  ])('with %s is the two side by side', (_what, der, expected) => {
    expect(raw(der)).toBe(expected)
  })

  it.each([
    ['nothing', ''],
    ['another type', '3106020101020101'],
    ['a wrong length', '3007020101020101'],
    ['bytes behind it', '300602010102010100'],
    ['bytes inside, behind the second number', '3007020101020101' + '00'],
    ['one number', '3003020101'],
    ['another type inside', '3006030101020101'],
    ['an empty number', '300502000201' + '01'],
    ['a negative number', '3006020180020101'],
    ['a needless zero', '300702020001020101'],
    ['a zero', '3006020100020101'],
    ['a number of 33 digits', `3026022101${high}020101`],
    ['a number of 33 digits behind a zero', `302702220080${high}020101`],
    ['a number that ends too late', '3006020101020501'],
    ['an end behind a tag', '30040201' + '0102'],
  ])('is refused with %s', (_what, der) => {
    expect(raw(der)).toBeUndefined()
  })
})
