import { describe, expect, it } from 'vitest'
import { deferred } from '@kedge/shared/util/deferred'
import { Exclusive } from '@kedge/shared/util/exclusive'

describe('exclusive runner', () => {
  it('runs tasks one at a time in the order they came', async () => {
    const exclusive = new Exclusive()
    const log: string[] = []
    const gate = deferred<void>()
    const first = exclusive.run(async () => {
      log.push('first begins')
      await gate.promise
      log.push('first ends')
    })
    const second = exclusive.run(async () => {
      log.push('second')
      return Promise.resolve(2)
    })
    await Promise.resolve()
    expect(log).toEqual(['first begins'])
    gate.resolve()
    expect(await second).toBe(2)
    await first
    expect(log).toEqual(['first begins', 'first ends', 'second'])
  })

  it('fails only the caller whose task failed', async () => {
    const exclusive = new Exclusive()
    const failing = exclusive.run(() => Promise.reject(new Error('mine')))
    const next = exclusive.run(() => Promise.resolve('runs'))
    await expect(failing).rejects.toThrow('mine')
    await expect(next).resolves.toBe('runs')
  })

  it('survives a task that throws before it returns a promise', async () => {
    const exclusive = new Exclusive()
    const failing = exclusive.run(() => {
      throw new Error('at once')
    })
    await expect(failing).rejects.toThrow('at once')
    await expect(exclusive.run(() => Promise.resolve(1))).resolves.toBe(1)
  })

  it('is idle when all that was handed in has ended, well or not', async () => {
    const exclusive = new Exclusive()
    let ended = 0
    const count = async () => {
      await Promise.resolve()
      ended += 1
    }
    void exclusive.run(count)
    exclusive.run(() => Promise.reject(new Error('ignored'))).catch(() => undefined)
    void exclusive.run(count)
    await exclusive.idle()
    expect(ended).toBe(2)
  })
})
