import { describe, expect, it } from 'vitest'
import {
  LargeBytes,
  pieceBytes,
  splitLargeBytes,
} from '../../../../edge-agent/src/inference/large-bytes.js'

const large = new Uint8Array(2 * pieceBytes + 5).map((_, i) => i % 251)

/** By Buffer: Vitest takes half a minute to compare arrays of megabytes. */
function expectSame(actual: unknown, expected: unknown): void {
  const bytesIn = (value: unknown): Uint8Array[] => {
    if (value instanceof Uint8Array) return [value]
    return typeof value === 'object' && value ? Object.values(value).flatMap(bytesIn) : []
  }
  const [is, wanted] = [bytesIn(actual), bytesIn(expected)]
  expect(is.length).toBe(wanted.length)
  is.forEach((bytes, i) => expect(Buffer.compare(bytes, wanted[i]!)).toBe(0))
}

describe('large byte arrays of a message', () => {
  it('travel in pieces and come back where they were', () => {
    let next = 1
    const sent = { call: 'load', args: { model: large, name: 'm', list: [1] } }
    const { message, pieces } = splitLargeBytes(sent, () => next++)
    expect(pieces.map(({ bytes }) => bytes.length)).toEqual([pieceBytes, pieceBytes, 5])
    expect(JSON.stringify(message).length).toBeLessThan(200)
    const arriving = new LargeBytes()
    for (const piece of pieces) arriving.add(piece)
    expectSame(arriving.restore(message), sent)
  })

  it('do not get mixed up when there are two', () => {
    let next = 1
    const sent = { a: large, b: large.slice(0, pieceBytes + 1) }
    const { message, pieces } = splitLargeBytes(sent, () => next++)
    const arriving = new LargeBytes()
    for (const piece of pieces.toReversed()) arriving.add(piece)
    expectSame(arriving.restore(message), sent)
  })

  it('leave small messages as they are', () => {
    const sent = { inputs: { x: { data: Float32Array.of(1), shape: [1] } }, few: large.slice(0, 9) }
    const { message, pieces } = splitLargeBytes(sent, () => 1)
    expect(pieces).toEqual([])
    expect(message).toEqual(sent)
    expect(new LargeBytes().restore(message)).toBe(message)
  })
})
