import { expect, it } from 'vitest'
import { TrustedClock } from '@kedge/shared/device/trusted-clock'
import { reportedClockSchema } from '@kedge/shared/protocol/reported-state'
import { Ms } from '@kedge/shared/util/units'

const day = 24 * 3_600_000
const trueTime = 1_800_000_000_000

/** On a machine whose monotonic time has fractions, and goes on while it is looked at. */
function clockThatIs(off: number): TrustedClock {
  let passed = 0.3
  const clock = {
    now: () => Ms(trueTime + off),
    monotonic: () => Ms((passed += 0.7)),
    sleep: () => Promise.resolve(),
  }
  return new TrustedClock({ clock, builtAt: Ms(0) }, Ms(0))
}

it.each([365 * day, -365 * day])(
  'a reading with a clock that is %i ms off is the fleet’s, in whole milliseconds',
  (off) => {
    const clock = clockThatIs(off)
    clock.answered(Ms(trueTime))
    const { reading } = clock
    expect(reportedClockSchema.parse(reading)).toEqual({ source: 'fleet', offset: -off })
  },
)
