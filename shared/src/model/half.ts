/** The number that 16 bits stand for in IEEE 754 binary16. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

const bits = new DataView(new ArrayBuffer(4))

/** The 16 bits of IEEE 754 binary16 nearest to a number, ties to even. */
export function toHalf(value: number): number {
  bits.setFloat32(0, value)
  const single = bits.getUint32(0)
  const sign = (single >>> 16) & 0x8000
  const exponent = ((single >>> 23) & 0xff) - 127
  const fraction = single & 0x7fffff
  if (exponent === 128) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200)
  if (exponent > 15) return sign | 0x7c00
  if (exponent < -25) return sign
  // Below 2^-14 there is no implicit leading one, and the fraction shifts further.
  const isNormal = exponent >= -14
  const shift = isNormal ? 13 : -exponent - 1
  const mantissa = isNormal ? fraction : fraction | 0x800000
  const rounded = roundToEven(mantissa, shift)
  // A carry out of the fraction moves into the exponent, which is where it belongs.
  return sign + (isNormal ? (exponent + 15) << 10 : 0) + rounded
}

function roundToEven(mantissa: number, shift: number): number {
  const kept = mantissa >>> shift
  const rest = mantissa & ((1 << shift) - 1)
  const half = 1 << (shift - 1)
  const up = rest > half || (rest === half && (kept & 1) === 1)
  return kept + (up ? 1 : 0)
}
