import { strokeFeatures } from '@kedge/shared/demo/gesture/stroke-features'
import type { StrokePoint } from '@kedge/shared/demo/gesture/stroke'
import type { Model, RunResult } from '@kedge/web-runtime'

export interface Ranked {
  readonly label: string
  /** 0 to 1. */
  readonly share: number
}

export interface Recognition {
  /** Names the prediction for the label that may follow. */
  readonly id: string
  /** Most likely first. */
  readonly ranking: readonly Ranked[]
  readonly version: string
  readonly latencyUs: number
}

/** Names the shape of a stroke; undefined for a tap. */
export async function recognise(
  model: Model,
  stroke: readonly StrokePoint[],
): Promise<Recognition | undefined> {
  const features = strokeFeatures(stroke)
  if (!features) return undefined
  const input = model.version.release.inputs[0]?.name ?? 'stroke'
  const result = await model.run({
    [input]: { dtype: 'float32', shape: [1, features.length], data: features },
  })
  const { id, version, latencyUs } = result
  return { id, version, latencyUs, ranking: rank(model, result) }
}

/** The names of the classes, in the order of the model's scores. */
export function labelsOf(model: Model): readonly string[] {
  const { prediction } = model.version.release
  return prediction?.kind === 'classes' ? (prediction.labels ?? []) : []
}

function rank(model: Model, { outputs }: RunResult): Ranked[] {
  const output = model.version.release.prediction?.output ?? Object.keys(outputs)[0] ?? ''
  const scores = Array.from(outputs[output]?.data ?? [], Number)
  const labels = labelsOf(model)
  return scores
    .map((share, i) => ({ label: labels[i] ?? `class ${i}`, share }))
    .sort((a, b) => b.share - a.share)
}
