import { UsageError } from '@kedge/shared/errors/kedge-error'
import { matchesSelector, parseSelector } from '@kedge/shared/protocol/selector'
import type { ServerContext } from '../context.js'
import { selectableLabels } from '../devices/device.js'
import { findModel } from '../models/find-models.js'
import { toFigures } from './figures.js'
import type { Series, SeriesPoint } from './series.js'
import { bucketMs, type Bucket } from './telemetry-repository.js'
import { mergeSums, type WindowSums } from './window-sums.js'

type Parts = Pick<ServerContext, 'clock' | 'devices' | 'releases' | 'telemetry'>

/** Times in ms since the epoch, a length of step in ms; what is absent is chosen to fit. */
export interface SeriesQuery {
  readonly model: string
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly step?: number | undefined
  readonly device?: string | undefined
  /** Only what devices that match now have reported. */
  readonly select: string
}

const defaultSpan = 60 * 60_000
const wantedSteps = 120
const mostSteps = 2_000

/** @throws UsageError `not-found`, or `usage` when the times or the selector make no sense */
export async function readSeries(parts: Parts, query: SeriesQuery): Promise<Series> {
  await findModel(parts, query.model)
  const range = toRange(query, parts.clock.now())
  const { model, device } = query
  const buckets = await parts.telemetry.buckets({
    model,
    from: range.from,
    to: range.to,
    ...(device === undefined ? {} : { device }),
  })
  const counted = await onlySelected(parts, buckets, query.select)
  const unit = await unitOf(parts, model)
  return {
    model,
    ...range,
    ...(unit === undefined ? {} : { unit }),
    items: [...groupBy(counted, ({ version }) => version)].map(([version, some]) => ({
      version,
      points: toPoints(some, range),
    })),
  }
}

/** The unit in which the newest release of a model predicts. */
export async function unitOf(
  { releases }: Pick<Parts, 'releases'>,
  model: string,
): Promise<string | undefined> {
  const [newest] = await releases.list(model)
  const prediction = newest?.manifest.prediction
  return prediction?.kind === 'value' ? prediction.unit : undefined
}

interface Range {
  readonly from: number
  readonly to: number
  readonly stepMs: number
}

function toRange({ from, to, step }: SeriesQuery, now: number): Range {
  const end = to ?? now + 1
  const start = from ?? end - defaultSpan
  if (start >= end) throw new UsageError('usage', '`from` must be before `to`')
  const wanted = step ?? (end - start) / wantedSteps
  const stepMs = Math.max(bucketMs, Math.round(wanted / bucketMs) * bucketMs)
  if ((end - start) / stepMs > mostSteps) {
    throw new UsageError('usage', `that is more than ${mostSteps} steps; choose a larger \`step\``)
  }
  return { from: Math.floor(start / stepMs) * stepMs, to: end, stepMs }
}

async function onlySelected(
  { devices }: Parts,
  buckets: Bucket[],
  select: string,
): Promise<Bucket[]> {
  const selector = parseSelector(select)
  if (selector.length === 0) return buckets
  const selected = new Set<string>()
  for (const id of new Set(buckets.map(({ device }) => device))) {
    const device = await devices.find(id)
    if (device && matchesSelector(selector, selectableLabels(device))) selected.add(id)
  }
  return buckets.filter(({ device }) => selected.has(device))
}

function toPoints(buckets: readonly Bucket[], { from, stepMs }: Range): SeriesPoint[] {
  const stepOf = ({ startAt }: Bucket) => from + Math.floor((startAt - from) / stepMs) * stepMs
  return [...groupBy(buckets, stepOf)].map(([start, some]) => ({
    from: start,
    to: start + stepMs,
    ...toFigures(addUp(some)),
  }))
}

/** The sums of at least one. */
export const addUp = (some: readonly { readonly sums: WindowSums }[]): WindowSums =>
  some.map(({ sums }) => sums).reduce(mergeSums)

/** Groups in the order in which their first members come. */
export function groupBy<T, Key>(all: readonly T[], keyOf: (one: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>()
  for (const one of all) {
    const key = keyOf(one)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  return groups
}
