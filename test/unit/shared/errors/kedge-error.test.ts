import { describe, expect, it } from 'vitest'
import { DeliveryError, InferenceError, StorageError } from '@kedge/shared/errors/device-error'
import { errorCodes } from '@kedge/shared/errors/error-codes'
import {
  describeError,
  InvariantError,
  KedgeError,
  UsageError,
} from '@kedge/shared/errors/kedge-error'

describe('errors', () => {
  it('know from their code whether the same attempt can succeed later', () => {
    expect(new StorageError('storage-full', 'full').retryable).toBe(true)
    expect(new StorageError('storage-corrupt', 'bad').retryable).toBe(false)
    expect(new DeliveryError('chunk-unavailable', 'gone').retryable).toBe(true)
  })

  it('are of their class, of one base, and keep their cause', () => {
    const cause = new Error('root')
    const error = new InferenceError('inference-failed', 'no', { cause })
    expect(error).toBeInstanceOf(KedgeError)
    expect(error).toMatchObject({ name: 'InferenceError', code: 'inference-failed', cause })
    expect(new InvariantError('us').code).toBe('invariant-broken')
  })

  it('describe themselves, and anything else by the fallback', () => {
    const known = describeError(new UsageError('conflict', 'taken'), 'http-failed')
    expect(known).toEqual({ code: 'conflict', message: 'taken' })
    const other = describeError(new TypeError('odd'), 'http-failed')
    expect(other).toEqual({ code: 'http-failed', message: 'odd' })
    expect(describeError('text', 'usage')).toEqual({ code: 'usage', message: 'text' })
  })

  it('have a meaning for every code, which fits a report', () => {
    for (const [code, { meaning }] of Object.entries(errorCodes)) {
      expect(code.length).toBeLessThanOrEqual(64)
      expect(meaning).toMatch(/^[A-Z].*\.$/)
    }
  })
})
