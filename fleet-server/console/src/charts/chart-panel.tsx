import { lazy, Suspense, useState } from 'react'
import { formatCount, formatExact } from '../parts/format.js'
import classes from './chart-panel.module.css'
import type { VersionChart, VersionLines } from './version-chart.js'

const TimeChart = lazy(() => import('./time-chart.js').then((m) => ({ default: m.TimeChart })))

interface PanelProps {
  readonly title: string
  /** What is counted: `runs`, `labels`. */
  readonly word: string
  readonly range: string
  readonly chart: VersionChart
  readonly format: (value: number) => string
  readonly max?: number
  /** Why there may be nothing, and what brings the first value. */
  readonly empty: string
}

/** A chart with its numbers beneath it: those under the pointer, else the latest of each version. */
export function ChartPanel(props: PanelProps) {
  const { title, word, chart } = props
  const [at, setAt] = useState<number | null>(null)
  const pointed = at === null ? undefined : chart.times[at]
  return (
    <figure className={classes.panel} aria-label={title}>
      <figcaption>
        <h3>{title}</h3>
        <span className="quiet small">
          {pointed === undefined
            ? `${formatCount(chart.total)} ${word}, ${props.range}`
            : formatExact(pointed)}
        </span>
      </figcaption>
      {chart.total === 0 ? (
        <p className={classes.nothing}>{props.empty}</p>
      ) : (
        <Suspense fallback={<div className={classes.nothing} />}>
          <TimeChart
            chart={chart}
            format={props.format}
            max={props.max}
            onPoint={setAt}
            label={`${title} over the ${props.range}, by version; the numbers are in the table below`}
          />
        </Suspense>
      )}
      <Numbers {...props} at={at} />
    </figure>
  )
}

function Numbers({ title, word, chart, format, at }: PanelProps & { at: number | null }) {
  const names = chart.versions[0]?.lines.map((line) => line.name) ?? []
  return (
    <table className={classes.numbers} aria-label={`${title} by version`}>
      <thead hidden={chart.total === 0}>
        <tr>
          <th scope="col">Version</th>
          {names.map((name) => (
            <th key={name} scope="col">
              {at === null ? `latest ${name}` : name}
            </th>
          ))}
          <th scope="col">{at === null ? `${word}, all` : word}</th>
        </tr>
      </thead>
      <tbody>
        {chart.versions.map((version) => (
          <tr key={version.version}>
            <th scope="row">
              <Swatch version={version} />
              {version.version}
            </th>
            {version.lines.map((line) => (
              <td key={line.name}>{valueAt(line.values, at, format)}</td>
            ))}
            <td>{formatCount(countAt(version, at))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const Swatch = ({ version }: { version: VersionLines }) => (
  <i className={classes.swatch} style={{ background: `var(--series-${version.colour})` }} />
)

function valueAt(
  values: readonly (number | null)[],
  at: number | null,
  format: (value: number) => string,
): string {
  const value = at === null ? values.findLast((one) => one !== null) : values[at]
  return value == null ? '–' : format(value)
}

const countAt = ({ counts }: VersionLines, at: number | null): number =>
  at === null ? counts.reduce((sum, count) => sum + count, 0) : (counts[at] ?? 0)
