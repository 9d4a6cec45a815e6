import type { ServerContext } from '../context.js'
import { findModel } from '../models/find-models.js'
import { toFigures } from './figures.js'
import { addUp, groupBy, unitOf } from './read-series.js'
import type { Stats } from './series.js'

/** What each version has done since it was first run. @throws UsageError `not-found` */
export async function readStats(
  parts: Pick<ServerContext, 'releases' | 'telemetry'>,
  model: string,
): Promise<Stats> {
  await findModel(parts, model)
  const totals = await parts.telemetry.totals(model)
  const unit = await unitOf(parts, model)
  return {
    model,
    ...(unit === undefined ? {} : { unit }),
    items: [...groupBy(totals, ({ version }) => version)].map(([version, some]) => ({
      version,
      devices: some.length,
      from: Math.min(...some.map(({ from }) => from)),
      to: Math.max(...some.map(({ to }) => to)),
      ...toFigures(addUp(some)),
    })),
  }
}
