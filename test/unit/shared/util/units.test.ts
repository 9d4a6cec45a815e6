import { describe, expect, it } from 'vitest'
import { formatBytes, Hours, KiB, MiB, Minutes, Seconds } from '@kedge/shared/util/units'

describe('units', () => {
  it('are what their names say', () => {
    expect([Seconds(2), Minutes(2), Hours(2)]).toEqual([2_000, 120_000, 7_200_000])
    expect([KiB(2), MiB(2)]).toEqual([2_048, 2_097_152])
  })

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [5 * 1024 ** 2, '5.0 MiB'],
    [3 * 1024 ** 5, '3072.0 TiB'],
  ])('%d bytes read as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
})
