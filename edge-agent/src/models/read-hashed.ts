import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { slabBytes } from './byte-range.js'

/**
 * A file's bytes and their SHA-256, hashed in steps that leave the event loop free; undefined for a
 * file of more than `most` bytes, which is not read. Throws what the file system throws.
 */
export async function readHashed(
  file: string,
  most = Infinity,
): Promise<{ bytes: Uint8Array; sha256: string } | undefined> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    if (size > most) return undefined
    // Not from Buffer's shared pool: the bytes may be handed over to another thread.
    const bytes = Buffer.allocUnsafeSlow(size)
    const digest = createHash('sha256')
    let at = 0
    while (at < size) {
      const { bytesRead } = await handle.read(bytes, at, Math.min(slabBytes, size - at), at)
      if (bytesRead === 0) break
      digest.update(bytes.subarray(at, at + bytesRead))
      at += bytesRead
    }
    // A file that was cut while it was read: what was not hashed must not be handed out.
    const hashed = at === size ? bytes : Uint8Array.from(bytes.subarray(0, at))
    return { bytes: hashed, sha256: digest.digest('hex') }
  } finally {
    await handle.close()
  }
}
