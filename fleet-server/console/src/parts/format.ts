const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** `12,345`; thin groups keep long counts readable. */
export const formatCount = (value: number): string => whole.format(value)

/** `12.3K`, where there is no room for more. */
export const formatCompact = (value: number): string =>
  value < 10_000 ? whole.format(value) : compact.format(value)

export const formatPercent = (share: number, digits = 1): string =>
  `${(share * 100).toFixed(digits)} %`

/** Three significant digits, in the unit that reads best: `840 µs`, `1.24 ms`, `2.1 s`. */
export function formatMicroseconds(us: number): string {
  if (us < 1_000) return `${significant(us)} µs`
  if (us < 1_000_000) return `${significant(us / 1_000)} ms`
  return `${significant(us / 1_000_000)} s`
}

export const significant = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString()

const steps: readonly [number, string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
]

/** `4 min`; the largest whole unit, which is as exact as a glance needs. */
export function formatSpan(ms: number): string {
  for (const [size, unit] of steps) if (ms >= size) return `${Math.floor(ms / size)} ${unit}`
  return '0 s'
}

/** `4 min ago`; what is less than ten seconds old is `now`. */
export function formatAgo(at: number, now: number): string {
  const age = now - at
  // Half a minute more, so that what ends in a day says so for its first seconds.
  if (age < -10_000) return `in ${formatSpan(30_000 - age)}`
  return age < 10_000 ? 'now' : `${formatSpan(age)} ago`
}

const exact = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'long',
})

export const formatExact = (at: number): string => exact.format(at)

/** `1 device`, `3 devices`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`

/** The first and last digits of a hash, enough to tell two apart by eye. */
export const shortHash = (hash: string): string => `${hash.slice(0, 8)}…${hash.slice(-4)}`
