import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxChunkBytes, type ChunkIndex } from '@kedge/shared/delivery/chunk-index'
import { chunkFile, chunksOf } from '@kedge/shared/delivery/chunker'
import { cutByContent } from '@kedge/shared/delivery/content-cuts'
import { cutByTensor } from '@kedge/shared/delivery/tensor-cuts'
import { planTransfer } from '@kedge/shared/delivery/transfer-plan'
import { concatBytes, equalBytes } from '@kedge/shared/util/bytes'
import type { Sha256 } from '@kedge/shared/util/sha256'
import { pseudoBytes } from '../../../support/pseudo-bytes.js'
import { seededRuns } from '../../../support/seeded-runs.js'
import { syntheticModel } from '../../../support/synthetic-model.js'

const sha256: Sha256 = (bytes) => Promise.resolve(createHash('sha256').update(bytes).digest('hex'))
const hashes = (index: ChunkIndex) => new Set(index.chunks.map((chunk) => chunk.sha256))

/** Bytes a device fetches that holds `before` and is to run `after`. */
async function transferred(before: Uint8Array, after: Uint8Array): Promise<number> {
  const held = hashes(await chunkFile(before, sha256))
  return planTransfer(await chunkFile(after, sha256), held).bytes
}

describe('cuts by content', () => {
  it('leave every byte in one chunk, in order, none empty and none too large', () => {
    const sizes = fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 700_000 }))
    fc.assert(
      fc.property(sizes, fc.integer(), fc.boolean(), (size, seed, isConstant) => {
        const bytes = isConstant ? new Uint8Array(size) : pseudoBytes(size, seed)
        const ends = cutByContent(bytes, 0, size)
        expect(ends.at(-1) ?? 0).toBe(size)
        for (const [i, end] of ends.entries()) {
          const length = end - (ends[i - 1] ?? 0)
          expect(length).toBeGreaterThan(0)
          expect(length).toBeLessThanOrEqual(maxChunkBytes)
        }
      }),
      seededRuns(40),
    )
  })

  it('come 64 KiB apart on average', () => {
    const size = 8 * 1024 * 1024
    const average = size / cutByContent(pseudoBytes(size, 3), 0, size).length
    expect(average).toBeGreaterThan(48 * 1024)
    expect(average).toBeLessThan(88 * 1024)
  })

  it('move only near an insertion', async () => {
    const size = 4 * 1024 * 1024
    const bytes = pseudoBytes(size, 4)
    for (const [at, length] of [
      [0, 1],
      [1_000_000, 1],
      [2_000_000, 5_000],
      [size, 7],
    ] as const) {
      const inserted = pseudoBytes(length, at)
      const after = concatBytes([bytes.subarray(0, at), inserted, bytes.subarray(at)])
      const held = hashes(await chunkFile(bytes, sha256))
      const { missing } = planTransfer(await chunkFile(after, sha256), held)
      expect(missing.length).toBeGreaterThan(0)
      expect(missing.length).toBeLessThanOrEqual(4)
    }
  })
})

describe('cuts along tensors', () => {
  it('leave every byte in one chunk, in order, wherever tensors lie', () => {
    const ranges = fc.array(
      fc.record({
        offset: fc.integer({ min: 0, max: 400_000 }),
        length: fc.integer({ min: 0, max: 300_000 }),
      }),
      { maxLength: 6 },
    )
    const bytes = pseudoBytes(700_000, 5)
    fc.assert(
      fc.property(ranges, (payloads) => {
        let before = 0
        for (const end of cutByTensor(bytes, payloads)) {
          expect(end).toBeGreaterThan(before)
          expect(end - before).toBeLessThanOrEqual(maxChunkBytes)
          before = end
        }
        expect(before).toBe(bytes.length)
      }),
      seededRuns(200),
    )
  })
})

describe('chunker', () => {
  it('gives the chunks back as the file', async () => {
    for (const bytes of [
      new Uint8Array(),
      Uint8Array.of(1),
      pseudoBytes(300_000, 6),
      syntheticModel({ widths: [64, 512, 512, 10] }),
    ]) {
      const index = await chunkFile(bytes, sha256)
      const parts = [...chunksOf(bytes, index)]
      expect(equalBytes(concatBytes(parts.map(([, part]) => part)), bytes)).toBe(true)
      expect(index).toMatchObject({ sha256: await sha256(bytes), length: bytes.length })
      for (const [chunk, part] of parts) expect(await sha256(part)).toBe(chunk.sha256)
    }
  })

  it('cuts the same file the same way each time', async () => {
    const bytes = syntheticModel({ widths: [64, 512, 10] })
    expect(await chunkFile(bytes, sha256)).toEqual(await chunkFile(bytes, sha256))
  })
})

describe('a new version of a 21 MB model', () => {
  const widths = [1_024, 2_048, 1_300, 512, 10]
  const before = syntheticModel({ widths })
  const layers = { first: 0, head: 3 }

  it('costs nothing when nothing has changed', async () => {
    expect(before.length).toBeGreaterThan(21_000_000)
    expect(await transferred(before, syntheticModel({ widths }))).toBe(0)
  })

  // Goal G4a, also where every byte of every tensor lies elsewhere in the file.
  it.each<[string, Partial<Parameters<typeof syntheticModel>[0]>]>([
    ['nothing else', {}],
    ['longer metadata behind the graph', { metadata: { note: 'x'.repeat(5_000) } }],
    ['a longer name before the graph', { producer: 'another producer, 2.0' }],
    ['a very long name before the graph', { producer: 'p'.repeat(3_000) }],
  ])('with another head and %s costs at most 3/1000 of its bytes', async (_what, change) => {
    const after = syntheticModel({ widths, seeds: { [layers.head]: 77 }, ...change })
    const bytes = await transferred(before, after)
    expect(bytes).toBeGreaterThanOrEqual(512 * 10 * 4)
    expect(bytes / after.length).toBeLessThanOrEqual(0.003)
  })

  it('costs what the changed layer weighs, whichever it is', async () => {
    const after = syntheticModel({ widths, seeds: { [layers.first]: 99 } })
    const layer = 1_024 * 2_048 * 4
    const cost = await transferred(before, after)
    expect(cost).toBeGreaterThanOrEqual(layer)
    expect(cost).toBeLessThan(layer * 1.05)
  })
})
