import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deferred } from '@kedge/shared/util/deferred'
import { Ms } from '@kedge/shared/util/units'
import { withDeadline } from '@kedge/shared/util/with-deadline'
import { ManualClock, settle } from '../../../support/manual-clock.js'

const late = () => new Error('too late')

describe('deadline', () => {
  const unhandled: unknown[] = []
  const remember = (reason: unknown) => unhandled.push(reason)
  beforeAll(() => void process.on('unhandledRejection', remember))
  afterAll(() => void process.off('unhandledRejection', remember))

  it('gives the result of work that ends in time, and leaves no timer', async () => {
    const clock = new ManualClock()
    const work = withDeadline(Promise.resolve(7), { clock, within: Ms(100), error: late })
    expect(await work).toBe(7)
    expect(clock.sleeping).toBe(0)
  })

  it('throws the error it was given when the time is over', async () => {
    const clock = new ManualClock()
    const never = deferred<void>()
    const work = withDeadline(never.promise, { clock, within: Ms(100), error: late })
    const caught = expect(work).rejects.toThrow('too late')
    await clock.advance(99)
    await clock.advance(1)
    await caught
    expect(clock.sleeping).toBe(0)
  })

  it('throws what the work throws', async () => {
    const clock = new ManualClock()
    const failing = Promise.reject(new Error('broken'))
    const work = withDeadline(failing, { clock, within: Ms(100), error: late })
    await expect(work).rejects.toThrow('broken')
    expect(clock.sleeping).toBe(0)
  })

  it('ends with the reason of its signal', async () => {
    const clock = new ManualClock()
    const abort = new AbortController()
    const never = deferred<void>()
    const deadline = { clock, within: Ms(100), signal: abort.signal, error: late }
    const work = withDeadline(never.promise, deadline)
    abort.abort(new Error('stopped'))
    await expect(work).rejects.toThrow('stopped')
    await expect(withDeadline(never.promise, deadline)).rejects.toThrow('stopped')
    expect(clock.sleeping).toBe(0)
  })

  it('lets the loser of the race reject unnoticed', async () => {
    const clock = new ManualClock()
    const work = deferred<void>()
    const caught = expect(
      withDeadline(work.promise, { clock, within: Ms(1), error: late }),
    ).rejects.toThrow('too late')
    await clock.advance(1)
    await caught
    work.reject(new Error('after the end'))
    await settle()
    expect(unhandled).toEqual([])
  })
})
