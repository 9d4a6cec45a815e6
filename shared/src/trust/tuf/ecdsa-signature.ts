const size = 32

/**
 * The r and s of a P-256 signature side by side, as WebCrypto takes them, from the DER that TUF
 * carries (RFC 3279, 2.2.3). Undefined unless it is exactly that.
 */
export function toRawEcdsa(der: Uint8Array): Uint8Array | undefined {
  const raw = new Uint8Array(2 * size)
  // A sequence of two integers; 72 bytes at most, so every length is a single byte.
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return undefined
  let at = 2
  for (const end of [size, 2 * size]) {
    const length = der[at + 1]
    if (der[at] !== 0x02 || length === undefined || length === 0) return undefined
    const integer = der.subarray(at + 2, at + 2 + length)
    if (integer.length !== length || integer[0]! >= 0x80) return undefined
    const digits = integer[0] === 0 ? integer.subarray(1) : integer
    if (digits.length > size || (digits !== integer && (digits[0] ?? 0) < 0x80)) return undefined
    raw.set(digits, end - digits.length)
    at += 2 + length
  }
  return at === der.length ? raw : undefined
}
