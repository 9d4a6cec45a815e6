import { errorCodes } from '@kedge/shared/errors/error-codes'
import { describe, expect, it } from 'vitest'
import { adviceOn } from '../../../../fleet-server/console/src/parts/problem-words.js'

/** Answers of the API, mistakes of a program, and what only a server or a training meets. */
const notOfDevices = new Set([
  'usage',
  'not-found',
  'conflict',
  'unauthorized',
  'forbidden',
  'step-up-required',
  'too-large',
  'rate-limited',
  'invariant-broken',
  'document-invalid',
  'topic-unknown',
  'gradient-missing',
  'training-diverged',
  'database-failed',
  'port-taken',
  'http-failed',
])

describe('problem words', () => {
  const reported = Object.keys(errorCodes).filter((code) => !notOfDevices.has(code))

  it.each(reported)('tell an operator what to do about %s', (code) => {
    expect(adviceOn(code)).toMatch(/^[A-Z].*\.$/)
  })
})
