import { encode } from 'cborg'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  decodeChunkIndex,
  encodeChunkIndex,
  maxChunkBytes,
  type ChunkIndex,
} from '@kedge/shared/delivery/chunk-index'
import { readChunkIndex, toIndexBlobs } from '@kedge/shared/delivery/index-blobs'
import { planTransfer } from '@kedge/shared/delivery/transfer-plan'
import { DocumentError } from '@kedge/shared/errors/document-error'
import { toHex } from '@kedge/shared/util/bytes'
import type { Sha256 } from '@kedge/shared/util/sha256'
import { pseudoBytes } from '../../../support/pseudo-bytes.js'

const sha256Of: Sha256 = (bytes) =>
  Promise.resolve(createHash('sha256').update(bytes).digest('hex'))
const digest = 'f'.repeat(64)

function indexOf(count: number, options: { repeated?: boolean } = {}): ChunkIndex {
  const bytes = pseudoBytes(count * 32, count)
  const chunks = Array.from({ length: count }, (_, i) => {
    const start = options.repeated ? 0 : i * 32
    return { sha256: toHex(bytes.subarray(start, start + 32)), length: 1_000 }
  })
  return { sha256: digest, length: count * 1_000, chunks }
}

async function roundTrip(index: ChunkIndex) {
  const { root, blobs } = await toIndexBlobs(index, sha256Of)
  const read = await readChunkIndex(root, (sha256) => {
    const bytes = blobs.get(sha256)
    return bytes ? Promise.resolve(bytes) : Promise.reject(new Error(`no blob ${sha256}`))
  })
  return { read, blobs }
}

describe('chunk index', () => {
  it.each([0, 1, 64])('of %d chunks is one blob', async (count) => {
    const index = indexOf(count)
    const { read, blobs } = await roundTrip(index)
    expect(read).toEqual(index)
    expect(blobs.size).toBe(1)
  })

  it('that is too large for one message is split and read back', async () => {
    const index = indexOf(9_000)
    const { read, blobs } = await roundTrip(index)
    expect(read).toEqual(index)
    expect(blobs.size).toBeGreaterThan(2)
    for (const [sha256, bytes] of blobs) {
      expect(bytes.length).toBeLessThanOrEqual(maxChunkBytes)
      expect(await sha256Of(bytes)).toBe(sha256)
    }
  })

  it('of a file that repeats itself is split and read back', async () => {
    // A gigabyte of zeros: the pieces of its index are equal.
    const index = indexOf(20_000, { repeated: true })
    expect((await roundTrip(index)).read).toEqual(index)
  })

  const good = {
    v: 1,
    sha256: digest,
    length: 30,
    hashes: new Uint8Array(64),
    lengths: [10, 20],
  }
  it.each([
    ['another version', { ...good, v: 2 }],
    ['a hash too few', { ...good, hashes: new Uint8Array(32) }],
    ['part of a hash', { ...good, hashes: new Uint8Array(65) }],
    ['a sum that is not the length', { ...good, length: 31 }],
    ['a chunk that is too large', { ...good, length: 200_010, lengths: [10, 200_000] }],
    // An empty retained message is none [MQTT-3.3.1-10], so nobody could fetch it.
    ['an empty chunk', { ...good, length: 10, lengths: [10, 0] }],
    ['a negative length', { ...good, length: 10, lengths: [20, -10] }],
    ['lengths that are none', { ...good, lengths: ['10', '20'] }],
    ['text for hashes', { ...good, hashes: '0'.repeat(64) }],
    ['no digest', { ...good, sha256: 'f' }],
    ['nothing', {}],
  ])('with %s is refused', (_what, document) => {
    expect(() => decodeChunkIndex(encode(document))).toThrow(DocumentError)
  })

  it.each([
    ['no CBOR', Uint8Array.of(0xff)],
    ['JSON', new TextEncoder().encode('{"v":1}')],
    ['cut short', encodeChunkIndex(indexOf(3)).slice(0, -1)],
    ['a list', encode([1, 2])],
    ['a list of one part', encode({ v: 1, parts: [digest] })],
    ['a list of parts that are no digests', encode({ v: 1, parts: ['a', 'b'] })],
    ['maps in maps', new Uint8Array(100_000).fill(0xa1)],
  ])('whose first blob is %s is refused', async (_what, bytes) => {
    await expect(readChunkIndex(digest, () => Promise.resolve(bytes))).rejects.toThrow(
      DocumentError,
    )
  })
})

describe('transfer plan', () => {
  const [a, b, c] = indexOf(3).chunks as [
    ChunkIndex['chunks'][0],
    ChunkIndex['chunks'][0],
    ChunkIndex['chunks'][0],
  ]
  const index = { sha256: digest, length: 5_000, chunks: [a, b, a, c, b] }

  it('fetches each chunk once, in the order of the file', () => {
    expect(planTransfer(index, new Set())).toEqual({ missing: [a, b, c], bytes: 3_000 })
  })

  it('fetches nothing that is held', () => {
    expect(planTransfer(index, new Set([a.sha256, 'else']))).toEqual({
      missing: [b, c],
      bytes: 2_000,
    })
    expect(planTransfer(index, new Set([a, b, c].map((chunk) => chunk.sha256)))).toEqual({
      missing: [],
      bytes: 0,
    })
  })
})
