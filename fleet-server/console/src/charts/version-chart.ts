import type { Series, SeriesPoint } from '../api/documents.js'
import type { Range } from './ranges.js'

/** One drawn line: a value for each time of its chart, null where nothing was measured. */
export interface ChartLine {
  readonly name: string
  readonly dashed: boolean
  readonly values: readonly (number | null)[]
}

/** The lines of one version, all of one colour, and how many runs or labels each value is of. */
export interface VersionLines {
  readonly version: string
  /** 1 to 6: which of the series colours. */
  readonly colour: number
  readonly lines: readonly ChartLine[]
  readonly counts: readonly number[]
}

export interface VersionChart {
  /** Starts of the steps, in milliseconds since the epoch. */
  readonly times: readonly number[]
  readonly step: number
  readonly versions: readonly VersionLines[]
  /** How many runs or labels the chart stands on. */
  readonly total: number
}

type Pick = (point: SeriesPoint) => number | null | undefined
type Measure = { readonly name: string; readonly of: Pick; readonly dashed?: boolean }

const latency: readonly Measure[] = [
  { name: 'p50', of: (point) => point.p50Us },
  { name: 'p95', of: (point) => point.p95Us, dashed: true },
]

/** Microseconds, of all successful runs. */
export const latencyChart = (series: Series, range: Range): VersionChart =>
  toChart(series, range, { measures: latency, count: (point) => point.count })

/** A share from 0 to 1, of the predictions that a label came for. */
export const accuracyChart = (series: Series, range: Range): VersionChart =>
  toChart(series, range, {
    measures: [{ name: 'accuracy', of: (point) => point.accuracy }],
    count: (point) => (point.accuracy === undefined ? 0 : point.labelled),
  })

/** Mean absolute error in the prediction's own unit. */
export const errorChart = (series: Series, range: Range): VersionChart =>
  toChart(series, range, {
    measures: [{ name: 'MAE', of: (point) => point.mae }],
    count: (point) => (point.mae === undefined ? 0 : point.labelled),
  })

interface Plan {
  readonly measures: readonly Measure[]
  readonly count: (point: SeriesPoint) => number
}

function toChart(series: Series, range: Range, plan: Plan): VersionChart {
  const times = gridOf(series, range)
  const slotOf = new Map(times.map((time, index) => [time, index]))
  const items = series.items.toSorted((a, b) => byVersion.compare(a.version, b.version))
  const versions = items.map(({ version, points }, index) => {
    const counts = times.map(() => 0)
    const lines = plan.measures.map(({ name, of, dashed = false }) => {
      const values = times.map((): number | null => null)
      for (const point of points) {
        const slot = slotOf.get(alignDown(point.from, range.step))
        if (slot !== undefined) values[slot] = of(point) ?? null
      }
      return { name, dashed, values }
    })
    for (const point of points) {
      const slot = slotOf.get(alignDown(point.from, range.step))
      if (slot !== undefined) counts[slot] = (counts[slot] ?? 0) + plan.count(point)
    }
    return { version, colour: (index % 6) + 1, lines, counts }
  })
  const measured = versions.filter(({ counts }) => counts.some((count) => count > 0))
  const total = measured.reduce((sum, { counts }) => sum + counts.reduce((a, b) => a + b, 0), 0)
  return { times, step: range.step, versions: measured, total }
}

/** Versions keep their colours when others come into view above them. */
const byVersion = new Intl.Collator('en', { numeric: true })

const alignDown = (time: number, step: number) => Math.floor(time / step) * step

/** Every step of the range, so that times without a measurement leave a gap in the line. */
function gridOf(series: Series, { span, step }: Range): number[] {
  const ends = series.items.flatMap(({ points }) => points.map((point) => point.from))
  const end = alignDown(Math.max(Date.now(), ...ends), step)
  return Array.from({ length: span / step }, (_, index) => end - span + (index + 1) * step)
}
