import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fromHex, toHex } from '@kedge/shared/util/bytes'
import type { ByteRange } from './byte-range.js'

/**
 * A segment file is a series of records: length (4 bytes, little-endian), SHA-256 (32 bytes), bytes.
 * It is only ever appended to, and its last record may be torn.
 */
const headerBytes = 36

export const recordBytes = (chunkLength: number): number => headerBytes + chunkLength

export function recordHeader(sha256: string, length: number): Uint8Array {
  const header = Buffer.allocUnsafe(headerBytes)
  header.writeUInt32LE(length, 0)
  header.set(fromHex(sha256), 4)
  return header
}

export const sha256Of = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex')

export interface FoundChunk {
  readonly sha256: string
  readonly range: ByteRange
}

/** The chunks of a segment that are what they say; a torn end, or a flipped bit, costs those it hit. */
export async function scanSegment(file: string): Promise<FoundChunk[]> {
  const bytes = await readFile(file)
  const found: FoundChunk[] = []
  let at = 0
  while (at + headerBytes <= bytes.length) {
    const length = bytes.readUInt32LE(at)
    const offset = at + headerBytes
    if (offset + length > bytes.length) break
    const sha256 = toHex(bytes.subarray(at + 4, offset))
    if (sha256Of(bytes.subarray(offset, offset + length)) === sha256) {
      found.push({ sha256, range: { file, offset, length } })
    }
    at = offset + length
  }
  return found
}
