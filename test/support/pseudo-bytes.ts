import { createCipheriv } from 'node:crypto'

/** Bytes that look random and are the same for the same seed; gigabytes a second. */
export function pseudoBytes(length: number, seed: number): Uint8Array<ArrayBuffer> {
  const key = Buffer.alloc(16)
  key.writeInt32LE(seed | 0)
  const stream = createCipheriv('aes-128-ctr', key, Buffer.alloc(16))
  return Uint8Array.from(stream.update(Buffer.alloc(length)))
}
