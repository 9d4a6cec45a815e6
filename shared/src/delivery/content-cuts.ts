import { seededEntropy } from '../util/entropy.js'
import { maxChunkBytes } from './chunk-index.js'

const minBytes = 16 * 1024
const averageBytes = 64 * 1024
/** Below the average a cut is four times less likely, above it four times more (FastCDC, "NC2"). */
const strictMask = maskOf(18)
const looseMask = maskOf(14)

/** Only publishers cut, so the table may be any that stays the same. */
const gear = (() => {
  const entropy = seededEntropy(0x6b656467)
  return Uint32Array.from({ length: 256 }, () => Math.floor(entropy.random() * 2 ** 32))
})()

/**
 * Ends of chunks of `bytes[start, end)`, found from the content, so that an insertion moves only the
 * cuts near it. FastCDC: Xia et al., USENIX ATC 2016, with normalised chunking of level 2.
 */
export function cutByContent(bytes: Uint8Array, start: number, end: number): number[] {
  const ends: number[] = []
  while (start < end) {
    start = nextCut(bytes, start, end)
    ends.push(start)
  }
  return ends
}

function nextCut(bytes: Uint8Array, start: number, end: number): number {
  if (end - start <= minBytes) return end
  const normal = Math.min(start + averageBytes, end)
  const last = Math.min(start + maxChunkBytes, end)
  let hash = 0
  let position = start + minBytes
  for (; position < normal; position++) {
    hash = ((hash << 1) + gear[bytes[position]!]!) | 0
    if ((hash & strictMask) === 0) return position + 1
  }
  for (; position < last; position++) {
    hash = ((hash << 1) + gear[bytes[position]!]!) | 0
    if ((hash & looseMask) === 0) return position + 1
  }
  return last
}

/** The highest bits, which the most bytes have moved. */
function maskOf(bits: number): number {
  return (-1 << (32 - bits)) | 0
}
