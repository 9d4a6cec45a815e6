import type { ByteRange } from '../model/onnx/wire-reader.js'
import { cutByContent } from './content-cuts.js'

/** Smaller tensors travel with what surrounds them: a chunk each would be more envelope than letter. */
const tensorBytes = 4 * 1024
const pieceBytes = 64 * 1024
/** A tensor's own name and dimensions stay in one chunk with its first elements. */
const headerBytes = 1024

/**
 * Ends of chunks such that every large tensor is cut from its own start. The graph and the metadata
 * between them are cut by content, so they may grow without moving any cut inside a tensor.
 */
export function cutByTensor(bytes: Uint8Array, payloads: readonly ByteRange[]): number[] {
  const large = payloads
    .filter(({ length }) => length >= tensorBytes)
    .sort((a, b) => a.offset - b.offset)
  const ends: number[] = []
  let position = 0
  for (const { offset, length } of large) {
    if (offset < position) continue
    // What the file begins with changes with every version; it must not take 64 KiB along.
    const isGraph = position === 0 || offset - position > headerBytes
    if (isGraph) ends.push(...cutByContent(bytes, position, offset))
    for (let piece = pieceBytes; piece < length; piece += pieceBytes) ends.push(offset + piece)
    position = offset + length
    ends.push(position)
  }
  ends.push(...cutByContent(bytes, position, bytes.length))
  return ends
}
