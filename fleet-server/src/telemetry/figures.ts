import type { Figures } from './series.js'
import { addLatencies, type WindowSums } from './window-sums.js'

/** What people read, from the sums of any number of windows. */
export function toFigures(sums: WindowSums): Figures {
  const latency = addLatencies([sums.latency])
  return {
    count: sums.count,
    errors: Object.values(sums.errors).reduce((sum, count) => sum + count, 0),
    p50Us: latency.quantile(0.5) ?? null,
    p95Us: latency.quantile(0.95) ?? null,
    p99Us: latency.quantile(0.99) ?? null,
    ...toAccuracy(sums.score),
  }
}

type Accuracy = Pick<Figures, 'labelled' | 'accuracy' | 'mae' | 'rmse'>

function toAccuracy(score: WindowSums['score']): Accuracy {
  if (score === undefined || score.count === 0) return { labelled: 0 }
  const labelled = score.count
  if (score.kind === 'classes') return { labelled, accuracy: score.correct / labelled }
  return {
    labelled,
    mae: score.sumAbsolute / labelled,
    rmse: Math.sqrt(score.sumSquared / labelled),
  }
}
