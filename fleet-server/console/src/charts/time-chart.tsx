import 'uplot/dist/uPlot.min.css'
import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import classes from './time-chart.module.css'
import type { VersionChart } from './version-chart.js'

interface TimeChartProps {
  readonly chart: VersionChart
  readonly format: (value: number) => string
  readonly label: string
  /** The top of the scale, where it is known: 1 for a share. */
  readonly max?: number | undefined
  /** The step under the pointer, or null when it has left. */
  readonly onPoint: (index: number | null) => void
}

const height = 190

/** Lines over time. Charts of one page share the pointer, so that times can be compared. */
export function TimeChart(props: TimeChartProps) {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(null)
  const latest = useRef(props)
  const scheme = useComputedColorScheme()
  const shape = props.chart.versions.map(({ version }) => version).join(' ')

  useEffect(() => {
    latest.current = props
    plot.current?.setData(dataOf(props.chart))
  })
  useEffect(() => {
    const element = host.current
    if (element === null) return
    const made = new uPlot(optionsOf(element, latest), dataOf(latest.current.chart), element)
    plot.current = made
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    resize.observe(element)
    return () => {
      resize.disconnect()
      made.destroy()
      plot.current = null
    }
    // Other versions or another theme need other lines; new values only new data.
  }, [shape, scheme])

  return <div ref={host} className={classes.chart} role="img" aria-label={props.label} />
}

const dataOf = (chart: VersionChart): uPlot.AlignedData => [
  chart.times.map((time) => time / 1_000),
  ...chart.versions.flatMap(({ lines }) => lines.map((line) => [...line.values])),
]

function optionsOf(element: HTMLElement, latest: { current: TimeChartProps }): uPlot.Options {
  const { chart, max } = latest.current
  const colour = (name: string) => resolveColour(element, name)
  const axis = {
    stroke: colour('--text-3'),
    font: `11px ${getComputedStyle(element).fontFamily}`,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  }
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    padding: [8, 18, 0, 0],
    cursor: {
      sync: { key: 'kedge' },
      drag: { x: false, y: false },
      points: { size: 6 },
    },
    hooks: { setCursor: [(self) => latest.current.onPoint(self.cursor.idx ?? null)] },
    scales: { y: { range: (_self, low, high) => scaleOf(low, high, max) } },
    axes: [
      { ...axis, size: 28, space: 64, values: (_self, times) => timeTicks(times, chart) },
      { ...axis, size: 60, values: (_self, values) => values.map((v) => latest.current.format(v)) },
    ],
    series: [{}, ...linesOf(chart, colour)],
  }
}

const linesOf = (chart: VersionChart, colour: (name: string) => string): uPlot.Series[] =>
  chart.versions.flatMap((version) =>
    version.lines.map((line) => ({
      label: `${version.version} ${line.name}`,
      stroke: colour(`--series-${version.colour}`),
      width: line.dashed ? 1 : 1.75,
      ...(line.dashed && { dash: [4, 3] }),
      points: { size: 4, fill: colour(`--series-${version.colour}`) },
    })),
  )

/** From zero, so that heights compare; a share that stays above one half starts there. */
function scaleOf(low: number, high: number, max: number | undefined): uPlot.Range.MinMax {
  if (max !== undefined) return [low > max / 2 ? max / 2 : 0, max]
  return [0, high > 0 ? high * 1.15 : 1]
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

const timeTicks = (seconds: readonly number[], chart: VersionChart): string[] => {
  const manyDays = chart.times.length * chart.step > 2 * 86_400_000
  return seconds.map((second) => (manyDays ? day : clock).format(second * 1_000))
}

/** A canvas takes no custom properties, and one that says `light-dark()` only computes in use. */
function resolveColour(element: HTMLElement, name: string): string {
  const probe = document.createElement('i')
  probe.style.color = `var(${name})`
  element.append(probe)
  const colour = getComputedStyle(probe).color
  probe.remove()
  return colour
}
