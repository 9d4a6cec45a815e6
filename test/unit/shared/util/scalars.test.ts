import type { z } from 'zod'
import { describe, expect, it } from 'vitest'
import {
  countSchema,
  deviceIdSchema,
  labelsSchema,
  modelNameSchema,
  sha256Schema,
  versionSchema,
} from '@kedge/shared/util/scalars'

const cases: [name: string, schema: z.ZodType, good: unknown[], bad: unknown[]][] = [
  ['sha256', sha256Schema, ['0'.repeat(64)], ['0'.repeat(63), 'A'.repeat(64), 'g'.repeat(64), 7]],
  [
    'device id',
    deviceIdSchema,
    ['d-0123', 'a'.repeat(64)],
    ['', '-a', 'a/b', 'a+', '#', 'A', 'a\n', 'ä', 'a'.repeat(65)],
  ],
  [
    'model name',
    modelNameSchema,
    ['gesture', 'a-1', '0'],
    ['', 'Gesture', 'a_b', '../a', 'a.b', '__proto__', 'a'.repeat(64)],
  ],
  [
    'version',
    versionSchema,
    ['0.0.0', '1.20.3', '1.0.0-rc.1'],
    ['1', '1.0', '01.0.0', '1.0.0+build', 'v1.0.0', '1.0.0-', `1.0.0-${'a'.repeat(64)}`],
  ],
  ['count', countSchema, [0, 1, 2 ** 53 - 1], [-1, 0.5, NaN, Infinity, 2 ** 53, '1']],
  [
    'labels',
    labelsSchema,
    [{}, { site: 'berlin' }, { 'a/b': '' }],
    [{ '': 'x' }, { a: 'b c' }, { a: 'x'.repeat(64) }, { '-a': 'x' }, { a: 1 }],
  ],
]

describe.each(cases)('%s', (...[, schema, good, bad]) => {
  it.each(good)('takes %j', (value) => expect(schema.safeParse(value).success).toBe(true))
  it.each(bad)('refuses %j', (value) => expect(schema.safeParse(value).success).toBe(false))
})
