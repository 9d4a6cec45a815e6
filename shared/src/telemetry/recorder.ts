import type { Prediction, Release } from '../model/release.js'
import type { Tensor, Tensors } from '../model/tensor.js'
import { fromHalf } from '../model/half.js'
import { InputCounter } from './input-counter.js'
import { LatencyHistogram } from './latency-histogram.js'
import { noMoments, type Moments } from './moments.js'
import { OpenPredictions, type OpenPrediction } from './open-predictions.js'
import { countOutput } from './output-counter.js'
import type { ReferenceProfile } from './reference-profile.js'
import { addLabel, noScore, toTruth, type Label } from './score.js'
import { maxCountedClasses, type Score, type TelemetryWindow } from './window.js'

export interface RecorderOptions {
  readonly release: Release
  readonly digest: string
  readonly provider: string
  readonly profile?: ReferenceProfile | undefined
  /** Makes prediction ids of this recorder unlike those of any other. */
  readonly tag: string
  readonly startedAt: number
}

/** Counts what one version of a model does. On the path of every inference: it must stay cheap. */
export class Recorder {
  readonly #options: RecorderOptions
  readonly #prediction: Prediction | undefined
  readonly #latency = new LatencyHistogram()
  readonly #outputs: readonly { readonly name: string; readonly moments: Moments }[]
  readonly #inputs: InputCounter | undefined
  readonly #open: OpenPredictions
  #classes = new Map<number, number>()
  #errors = new Map<string, number>()
  #score: Score | undefined
  #count = 0
  #from: number

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#prediction = options.release.prediction
    this.#outputs = options.release.outputs.map(({ name }) => ({ name, moments: noMoments() }))
    this.#inputs = options.profile && new InputCounter(options.profile)
    this.#open = new OpenPredictions(options.tag)
    this.#from = options.startedAt
  }

  /** Counts one run and gives the id under which its prediction can be labelled. */
  record(inputs: Tensors, outputs: Tensors, run: { latencyUs: number; at: number }): string {
    this.#count += 1
    this.#latency.record(run.latencyUs)
    this.#inputs?.record(inputs)
    for (const { name, moments } of this.#outputs) {
      const output = outputs[name]
      if (output) countOutput(moments, output)
    }
    return this.#open.add(run.at, this.#predict(outputs))
  }

  recordError(code: string): void {
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1)
  }

  /**
   * False when no prediction waits under `id`.
   * @throws UsageError when the label is none the model has
   */
  feedback(id: string, label: Label): boolean {
    // An unknown id first: the version that made it may have other labels.
    if (!this.#prediction || !this.#open.has(id)) return false
    const truth = toTruth(this.#prediction, label)
    const predicted = this.#open.take(id)!
    this.#score ??= noScore(this.#prediction.kind)
    addLabel(this.#score, predicted, truth)
    return true
  }

  /** Predictions without a label, for whoever takes over their memory. */
  takeOpenPredictions(): OpenPrediction[] {
    return this.#open.drain()
  }

  /** What was counted since the last call; undefined when that is nothing. */
  takeWindow(now: number): TelemetryWindow | undefined {
    const from = this.#from
    this.#from = now
    if (this.#count === 0 && this.#errors.size === 0 && !this.#score) return undefined
    const { release, digest, provider } = this.#options
    const window: TelemetryWindow = {
      model: release.model,
      version: release.version,
      release: digest,
      provider,
      from,
      to: Math.max(now, from),
      count: this.#count,
      errors: Object.fromEntries(this.#errors),
      latency: this.#latency.toSparse(),
      outputs: Object.fromEntries(this.#outputs.map(({ name, moments }) => [name, { ...moments }])),
      ...(this.#classes.size > 0 && { classes: [...this.#classes].flat() }),
      ...(this.#inputs && { inputs: this.#inputs.take() }),
      ...(this.#score && { score: this.#score }),
    }
    this.#reset()
    return window
  }

  #reset(): void {
    this.#count = 0
    this.#latency.clear()
    for (const { moments } of this.#outputs) Object.assign(moments, noMoments())
    this.#classes = new Map()
    this.#errors = new Map()
    this.#score = undefined
  }

  /** The class or value predicted for a single row; of a batch every row's class is counted. */
  #predict(outputs: Tensors): number | undefined {
    const prediction = this.#prediction
    const output = prediction && outputs[prediction.output]
    if (!output) return undefined
    if (prediction.kind === 'value') {
      const value = output.data.length === 1 ? numberAt(output, 0) : NaN
      return Number.isFinite(value) ? value : undefined
    }
    const classes = prediction.labels?.length ?? output.shape.at(-1) ?? output.data.length
    const rows = Math.floor(output.data.length / Math.max(1, classes))
    let winner: number | undefined
    for (let row = 0; row < rows; row++) {
      winner = largest(output, row * classes, classes)
      this.#countClass(winner)
    }
    return rows === 1 ? winner : undefined
  }

  #countClass(winner: number | undefined): void {
    if (winner === undefined) return
    const count = this.#classes.get(winner)
    if (count !== undefined || this.#classes.size < maxCountedClasses) {
      this.#classes.set(winner, (count ?? 0) + 1)
    }
  }
}

/** Undefined when no score is a number. */
function largest(tensor: Tensor, start: number, count: number): number | undefined {
  let best: number | undefined
  let bestScore = -Infinity
  for (let i = 0; i < count; i++) {
    const score = numberAt(tensor, start + i)
    if (score > bestScore) {
      best = i
      bestScore = score
    }
  }
  return best
}

function numberAt({ dtype, data }: Tensor, i: number): number {
  const value = data[i]!
  return dtype === 'float16' ? fromHalf(Number(value)) : Number(value)
}
