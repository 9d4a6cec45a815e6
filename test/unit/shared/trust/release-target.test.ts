import { describe, expect, it } from 'vitest'
import {
  modelPaths,
  modelRole,
  parseReleasePath,
  releaseCustomSchema,
  releasePath,
} from '@kedge/shared/trust/release-target'
import { matchesPattern } from '@kedge/shared/trust/tuf/path-pattern'
import { isPlainName, isPlainPath } from '@kedge/shared/trust/tuf/names'

const release = { model: 'gesture', version: '1.4.0-rc.1' }

describe('the target of a release', () => {
  it('has a path that the role of its model may name, and nobody mistakes for another', () => {
    expect(releasePath(release)).toBe('models/gesture/1.4.0-rc.1/release.json')
    expect(modelRole('gesture')).toBe('model.gesture')
    expect(matchesPattern(releasePath(release), modelPaths('gesture'))).toBe(true)
    expect(matchesPattern(releasePath(release), modelPaths('gestures'))).toBe(false)
    expect(isPlainPath(releasePath(release))).toBe(true)
    expect(isPlainName(modelRole('gesture'))).toBe(true)
  })

  it('is known by its path', () => {
    expect(parseReleasePath(releasePath(release))).toEqual(release)
  })

  it.each([
    'models/gesture/1.4.0',
    'models/gesture/1.4.0/release.json/more',
    'more/models/gesture/1.4.0/release.json',
    'models/gesture/1.4.0/model.onnx',
    'models/gesture/1.4.0/release-json',
    'models/gesture/more/1.4.0/release.json',
    'models/Gesture/1.4.0/release.json',
    'models/gesture/latest/release.json',
    'models//1.4.0/release.json',
    'models/gesture//release.json',
    '',
  ])('is not %s', (path) => {
    expect(parseReleasePath(path)).toBeUndefined()
  })
})

describe('what a publisher says of a release', () => {
  const kedge = { counter: 1, createdAt: 0 }

  it.each([
    [kedge, true],
    [{ ...kedge, revoked: 'x'.repeat(1_000) }, true],
    [{ ...kedge, revoked: 'x'.repeat(1_001) }, false],
    [{ ...kedge, revoked: 1 }, false],
    [{ ...kedge, counter: 0 }, false],
    [{ ...kedge, createdAt: -1 }, false],
    [{ counter: 1 }, false],
    [{ createdAt: 0 }, false],
    [undefined, false],
  ])('%j is taken: %s', (custom, taken) => {
    expect(releaseCustomSchema.safeParse({ kedge: custom }).success).toBe(taken)
  })

  it('is kept as it is', () => {
    const custom = { kedge: { ...kedge, revoked: 'it sees cats in dogs' } }
    expect(releaseCustomSchema.parse(custom)).toEqual(custom)
  })
})
