import { toHex } from './bytes.js'

/** A random UUID (RFC 9562, version 4) from 16 random bytes. */
export function toUuid(random: Uint8Array): string {
  const bytes = random.slice(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = toHex(bytes)
  const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)]
  return `${groups.join('-')}-${hex.slice(20)}`
}
