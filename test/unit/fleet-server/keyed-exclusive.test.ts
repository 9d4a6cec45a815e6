import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { KeyedExclusive } from '../../../fleet-server/src/devices/keyed-exclusive.js'

describe('tasks by key', () => {
  it('of all keys wait for each of them, and are waited for', async () => {
    const exclusive = new KeyedExclusive()
    const order: string[] = []
    const task = (name: string, ms: number) => async () => {
      order.push(`${name} begins`)
      await delay(ms)
      order.push(`${name} ends`)
    }
    await Promise.all([
      exclusive.run('a', task('a', 20)),
      exclusive.runAll(['a', 'b'], task('both', 10)),
      exclusive.run('b', task('b', 0)),
    ])
    expect(order).toEqual(['a begins', 'a ends', 'both begins', 'both ends', 'b begins', 'b ends'])
  })

  it('of crossing keys do not wait for each other for ever', async () => {
    const exclusive = new KeyedExclusive()
    const done = await Promise.all(
      [['a', 'b'], ['b', 'a'], ['c', 'a'], [], ['b', 'c']].map((keys, i) =>
        exclusive.runAll(keys, () => Promise.resolve(i)),
      ),
    )
    expect(done).toEqual([0, 1, 2, 3, 4])
  })

  it('let the next one in when one fails', async () => {
    const exclusive = new KeyedExclusive()
    const failing = exclusive.runAll(['a'], () => Promise.reject(new Error('no')))
    const next = exclusive.run('a', () => Promise.resolve('next'))
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('next')
  })
})
