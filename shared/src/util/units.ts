declare const unit: unique symbol
type Unit<Name extends string> = number & { readonly [unit]: Name }

/** Milliseconds: of a duration, or since the Unix epoch. */
export type Ms = Unit<'ms'>
/** A count of bytes. */
export type Bytes = Unit<'bytes'>

export const Ms = (value: number): Ms => value as Ms
export const Seconds = (value: number): Ms => (value * 1000) as Ms
export const Minutes = (value: number): Ms => (value * 60_000) as Ms
export const Hours = (value: number): Ms => (value * 3_600_000) as Ms
export const Bytes = (value: number): Bytes => value as Bytes
export const KiB = (value: number): Bytes => (value * 1024) as Bytes
export const MiB = (value: number): Bytes => (value * 1024 * 1024) as Bytes

/** `1536` → `1.5 KiB`; for messages people read. */
export function formatBytes(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let step = 0
  while (Math.abs(value) >= 1024 && step < names.length - 1) {
    value /= 1024
    step += 1
  }
  return `${step === 0 ? value : value.toFixed(1)} ${names[step]}`
}
