import { describe, expect, it } from 'vitest'
import { deferred } from '@kedge/shared/util/deferred'

describe('deferred', () => {
  it('is settled once, by whoever comes first', async () => {
    const one = deferred<number>()
    one.resolve(1)
    one.resolve(2)
    one.reject(new Error('late'))
    await expect(one.promise).resolves.toBe(1)
  })

  it('can be rejected', async () => {
    const one = deferred<number>()
    one.reject(new Error('no'))
    await expect(one.promise).rejects.toThrow('no')
  })
})
