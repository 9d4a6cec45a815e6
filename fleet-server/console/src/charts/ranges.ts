const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export interface Range {
  readonly key: string
  /** How far the chart looks back, and how wide one point is; both in milliseconds. */
  readonly span: number
  readonly step: number
  readonly says: string
}

const hourRange: Range = { key: '1h', span: hour, step: minute, says: 'last hour, by 1 min' }

export const ranges: readonly Range[] = [
  { key: '15m', span: 15 * minute, step: minute, says: 'last 15 min, by 1 min' },
  hourRange,
  { key: '6h', span: 6 * hour, step: 5 * minute, says: 'last 6 h, by 5 min' },
  { key: '24h', span: day, step: 15 * minute, says: 'last 24 h, by 15 min' },
  { key: '7d', span: 7 * day, step: 2 * hour, says: 'last 7 d, by 2 h' },
]

export const rangeOf = (key: string | undefined): Range =>
  ranges.find((range) => range.key === key) ?? hourRange
