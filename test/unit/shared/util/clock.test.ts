import { describe, expect, it } from 'vitest'
import { systemClock } from '@kedge/shared/util/clock'
import { Ms, Seconds } from '@kedge/shared/util/units'

describe('system clock', () => {
  it('rejects a sleep with the reason of a signal that aborts', async () => {
    const abort = new AbortController()
    const sleep = systemClock.sleep(Seconds(3_600), abort.signal)
    abort.abort(new Error('enough'))
    await expect(sleep).rejects.toThrow('enough')
  })

  it('does not begin to sleep when the signal has aborted before', async () => {
    const signal = AbortSignal.abort(new Error('before'))
    await expect(systemClock.sleep(Seconds(3_600), signal)).rejects.toThrow('before')
  })

  it('wakes by itself and then minds its signal no more', async () => {
    const abort = new AbortController()
    await expect(systemClock.sleep(Ms(1), abort.signal)).resolves.toBeUndefined()
    abort.abort()
  })

  it('counts durations on a clock that never goes back', () => {
    const readings = Array.from({ length: 1_000 }, () => systemClock.monotonic())
    expect(readings).toEqual([...readings].sort((a, b) => a - b))
  })
})
