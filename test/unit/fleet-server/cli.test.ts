import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { nextVersion } from '../../../fleet-server/src/cli/next-version.js'
import { formatAge, formatTable } from '../../../fleet-server/src/cli/output.js'
import { readGolden } from '../../../fleet-server/src/cli/read-golden.js'
import { readProfile } from '../../../fleet-server/src/cli/read-profile.js'
import { toSeconds } from '../../../fleet-server/src/cli/flags.js'
import { compareOutputs } from '../../../fleet-server/src/models/compare-outputs.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

describe('command line', () => {
  it.each([
    [null, '1.0.0'],
    ['1.4.9', '1.4.10'],
    ['2.0.0-rc.1', '2.0.0'],
  ])('numbers the version after %s as %s', (latest, next) => {
    expect(nextVersion(latest)).toBe(next)
  })

  it('aligns names to the left and numbers to the right', () => {
    const table = formatTable(
      ['NAME', 'N'],
      [
        ['load', 7],
        ['gesture', 1_000],
      ],
    )
    expect(table).toBe('NAME        N\nload        7\ngesture  1000')
  })

  it('reads and writes times as people do', () => {
    expect(['90s', '15m', '12h', '7d', '30'].map(toSeconds)).toEqual([90, 900, 43_200, 604_800, 30])
    expect(() => toSeconds('soon')).toThrow()
    expect([formatAge(null, 0), formatAge(0, 59_000), formatAge(0, 7_200_000)]).toEqual([
      'never',
      '59 s ago',
      '2 h ago',
    ])
  })
})

const specs = {
  inputs: [{ name: 'x', dtype: 'float32', shape: [null, 2] }],
  outputs: [{ name: 'y', dtype: 'int64', shape: [null] }],
} as const

describe('golden samples', () => {
  it('are read from JSON with the types and shapes of the model', async () => {
    await using folder = await temporaryFolder()
    const file = path.join(folder.path, 'golden.json')
    await writeFile(file, '[{"inputs":{"x":[[1,2],[3,4]]},"outputs":{"y":[5,6]}}]')
    expect(await readGolden(file, specs)).toEqual([
      {
        inputs: { x: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } },
        outputs: { y: { dtype: 'int64', shape: [2], data: BigInt64Array.of(5n, 6n) } },
      },
    ])
  })

  it.each([
    ['[{"inputs":{"z":[1]}}]', /no "z"; it has x/],
    ['[{"inputs":{"x":[[1,2],[3]]}}]', /3 elements do not fill \[2, 2\]/],
    ['{bad', /is not JSON/],
    ['[]', /samples|array|Invalid/i],
  ])('are refused with the reason: %s', async (content, message) => {
    await using folder = await temporaryFolder()
    const file = path.join(folder.path, 'golden.json')
    await writeFile(file, content)
    await expect(readGolden(file, specs)).rejects.toThrow(message)
  })
})

describe('comparison with golden outputs', () => {
  const y = (...values: number[]) => ({
    y: { dtype: 'float32' as const, shape: [values.length], data: Float32Array.from(values) },
  })
  const tolerance = { absolute: 0.1, relative: 0.01 }

  it.each([
    ['lets what is within the tolerance pass', y(1, 100), y(1.05, 101), undefined],
    ['names the first element beyond it', y(1, 2), y(1, 3), /is 2 instead of 3 at element 1/],
    ['takes not-a-number for nothing but itself', y(NaN), y(1), /is NaN instead of 1/],
    ['lets not-a-number stand for itself', y(NaN), y(NaN), undefined],
    ['names another shape', y(1, 2), y(1), /float32\[2\] instead of float32\[1\]/],
    ['names an output that is missing', {}, y(1), /"y" is missing/],
  ] as const)('%s', (...[, actual, expected, mismatch]) => {
    const result = compareOutputs(actual, expected, tolerance).mismatch
    if (mismatch === undefined) expect(result).toBeUndefined()
    else expect(result).toMatch(mismatch)
  })
})

describe('reference profile', () => {
  const input = { name: 'x', dtype: 'float32', shape: ['batch', 2] } as const

  it('is made of the columns of numbers of a CSV file', async () => {
    await using folder = await temporaryFolder()
    const file = path.join(folder.path, 'usual.csv')
    await writeFile(file, 'when,cpu,mem\nmon,1,10\ntue,2,20\nwed,3,30\n')
    const { inputs } = await readProfile(file, input, undefined)
    expect(inputs['x']?.map(({ name }) => name)).toEqual(['cpu', 'mem'])
  })

  it('says how many columns there are when they do not fit the input', async () => {
    await using folder = await temporaryFolder()
    const file = path.join(folder.path, 'usual.ndjson')
    await writeFile(file, '{"cpu":1}\n{"cpu":2}\n')
    await expect(readProfile(file, input, undefined)).rejects.toThrow(/1 columns.*2 features/)
  })
})
