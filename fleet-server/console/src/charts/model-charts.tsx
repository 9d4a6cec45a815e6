import { useQuery } from '@tanstack/react-query'
import type { Series } from '../api/documents.js'
import { seriesQuery } from '../api/queries.js'
import { formatMicroseconds, formatPercent, significant } from '../parts/format.js'
import { Loaded } from '../parts/loaded.js'
import { ChartPanel } from './chart-panel.js'
import classes from './model-charts.module.css'
import type { Range } from './ranges.js'
import { accuracyChart, errorChart, latencyChart } from './version-chart.js'

interface ChartsProps {
  readonly model: string
  readonly device?: string
  readonly range: Range
}

/** Latency and accuracy by version: of the whole fleet, or of one device. */
export function ModelCharts({ model, device, range }: ChartsProps) {
  const query = useQuery(seriesQuery({ model, device, span: range.span, step: range.step }))
  return (
    <Loaded query={query} rows={8}>
      {(series) => (
        <div className={classes.charts}>
          <ChartPanel
            title="Latency"
            word="runs"
            range={range.says}
            chart={latencyChart(series, range)}
            format={formatMicroseconds}
            empty="No runs were reported in this time."
          />
          <QualityPanel series={series} range={range} />
        </div>
      )}
    </Loaded>
  )
}

function QualityPanel({ series, range }: { series: Series; range: Range }) {
  const { unit } = series
  const accuracy = accuracyChart(series, range)
  const error = errorChart(series, range)
  const empty = 'No labels came in this time. An application gives them with feedback(id, label).'
  const common = { word: 'labels', range: range.says, empty }
  if (error.total > 0) {
    const inUnit = (value: number) => `${significant(value)}${unit === undefined ? '' : ` ${unit}`}`
    const format = unit === 'share' ? formatShare : inUnit
    return <ChartPanel {...common} title="Mean absolute error" chart={error} format={format} />
  }
  return <ChartPanel {...common} title="Accuracy" chart={accuracy} format={formatShare} max={1} />
}

/** `92.9 %`, and `100 %` without a digit that says nothing. */
const formatShare = (share: number): string =>
  formatPercent(share, Number.isInteger(Math.round(share * 1_000) / 10) ? 0 : 1)
