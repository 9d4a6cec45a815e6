import { describe, expect, it } from 'vitest'
import { trustedNow } from '@kedge/shared/trust/tuf/trusted-time'
import { Ms } from '@kedge/shared/util/units'

describe('trusted time', () => {
  it.each([
    ['the clock when it is ahead', 30, 30],
    ['the newest signed time when the clock is behind it', 5, 20],
  ])('is %s', (_what, system, expected) => {
    const evidence = { lastSigned: Ms(20), built: Ms(10) }
    expect(trustedNow(Ms(system), evidence)).toBe(expected)
  })

  it('is never before the program was built', () => {
    expect(trustedNow(Ms(0), { lastSigned: Ms(0), built: Ms(10) })).toBe(10)
  })
})
