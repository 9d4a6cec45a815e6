import { describe, expect, it } from 'vitest'
import type { TargetsDocument } from '@kedge/shared/trust/tuf/documents'
import { checkNames, isPlainName, isPlainPath } from '@kedge/shared/trust/tuf/names'

const document = (paths: readonly string[], roles: readonly string[] = []): TargetsDocument => ({
  _type: 'targets',
  spec_version: '1.0.31',
  version: 1,
  expires: '2030-01-01T00:00:00Z',
  targets: Object.fromEntries(paths.map((path) => [path, { length: 0, hashes: {} }])),
  delegations: {
    keys: {},
    roles: roles.map((name) => ({ name, keyids: [], threshold: 1, terminating: false, paths: [] })),
  },
})

describe('a plain name', () => {
  it('has 128 characters at most, and a path of them 512', () => {
    expect(isPlainName('a'.repeat(128))).toBe(true)
    expect(isPlainName('a'.repeat(129))).toBe(false)
    const path = `${'a'.repeat(99)}/`.repeat(5)
    expect(isPlainPath(`${path}${'a'.repeat(12)}`)).toBe(true)
    expect(isPlainPath(`${path}${'a'.repeat(13)}`)).toBe(false)
  })

  it.each([
    'a',
    '7',
    'a.b',
    'a_b',
    'a+b',
    'a-b',
    'a--b',
    'Z9',
    'com',
    'com10',
    'lpt',
    'console',
    'acon',
    'x.con',
    'null',
  ])('is %s', (name) => {
    expect(isPlainName(name)).toBe(true)
  })

  it.each([
    '',
    '.',
    '_a',
    '+a',
    '-a',
    'a.',
    'a_',
    'a+',
    'a-',
    'a b',
    'a/b',
    'ä',
    'a\n',
    '\na',
    'con',
    'prn',
    'aux',
    'nul',
    'com0',
    'lpt9',
    'NUL.txt',
    'prn.',
    'com1.a.b',
  ])('is not %j', (name) => {
    expect(isPlainName(name)).toBe(false)
  })
})

describe('the names of a document', () => {
  it('are refused with the name and the reason', () => {
    const long = `${'a'.repeat(80)}!`
    expect(() => checkNames(document([long]))).toThrow(
      new RegExp(`^"${'a'.repeat(64)}" is not a plain name$`),
    )
    expect(() => checkNames(document([], ['a\nb']))).toThrow(/^"a\\nb" is not a plain name$/)
    expect(() => checkNames(document(['a/b', 'A/b']))).toThrow(
      /^"A\/b" differs from another only in case$/,
    )
  })

  it('are taken where a role and a target have the same', () => {
    expect(() => checkNames(document(['a'], ['a', 'b']))).not.toThrow()
  })

  it('of roles are no paths', () => {
    expect(() => checkNames(document([], ['a/b']))).toThrow(/plain/)
  })

  it('are taken from a document that delegates nothing', () => {
    const { delegations: _, ...plain } = document(['a'])
    expect(() => checkNames(plain)).not.toThrow()
    expect(() => checkNames({ ...plain, delegations: { keys: {} } })).not.toThrow()
  })
})
