import { describe, expect, it } from 'vitest'
import { parseFileRecords, placesOf } from '../../../../web-runtime/src/models/file-record.js'

const digest = (digit: string) => digit.repeat(64)
const record = {
  v: 1 as const,
  sha256: digest('f'),
  length: 30,
  chunks: [
    { sha256: digest('a'), length: 10 },
    { sha256: digest('b'), length: 20 },
  ],
}

describe('file records', () => {
  it('say where in a file each chunk begins', () => {
    expect(placesOf([record])).toEqual(
      new Map([
        [digest('a'), { file: digest('f'), offset: 0 }],
        [digest('b'), { file: digest('f'), offset: 10 }],
      ]),
    )
  })

  it('that another version has written are as good as absent', () => {
    expect(parseFileRecords([{ ...record, v: 2 }, 'text', record])).toEqual([record])
  })
})
