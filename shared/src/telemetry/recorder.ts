import type { Prediction, Release } from '../model/release.js'
import type { Tensors } from '../model/tensor.js'
import { InputCounter } from './input-counter.js'
import { LatencyHistogram } from './latency-histogram.js'
import { noMoments, type Moments } from './moments.js'
import { OpenPredictions, type OpenPrediction } from './open-predictions.js'
import { countOutput } from './output-counter.js'
import type { ReferenceProfile } from './reference-profile.js'
import { readPredictions } from './read-predictions.js'
import { RunBacklog, runWidth, type RunBatch } from './run-backlog.js'
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

const nothing: Tensors = {}

/** Counts what one version of a model does. On the path of every inference: it must stay cheap. */
export class Recorder {
  readonly #options: RecorderOptions
  readonly #prediction: Prediction | undefined
  readonly #latency = new LatencyHistogram()
  readonly #outputs: readonly { readonly name: string; readonly moments: Moments }[]
  readonly #inputs: InputCounter | undefined
  readonly #open: OpenPredictions
  readonly #backlog: RunBacklog
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
    this.#backlog = new RunBacklog((batch) => this.#countBatch(batch))
    this.#from = options.startedAt
  }

  /** Counts one run and gives the id under which its prediction can be labelled. */
  record(inputs: Tensors, outputs: Tensors, run: { latencyUs: number; at: number }): string {
    const number = this.#open.next()
    const { latencyUs, at } = run
    this.#backlog.add({ number, latencyUs, at }, this.#inputs ? inputs : nothing, outputs)
    return this.#open.idOf(number)
  }

  recordError(code: string): void {
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1)
  }

  /**
   * False when no prediction waits under `id`.
   * @throws UsageError when the label is none the model has
   */
  feedback(id: string, label: Label): boolean {
    this.#backlog.settle()
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
    this.#backlog.settle()
    return this.#open.drain()
  }

  /** What was counted since the last call; undefined when that is nothing. */
  takeWindow(now: number): TelemetryWindow | undefined {
    this.#backlog.settle()
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

  #countBatch(batch: RunBatch): void {
    const { length, runs, inputs, outputs } = batch
    this.#count += length
    for (let i = 0; i < length; i++) this.#latency.record(runs[i * runWidth + 1]!)
    this.#inputs?.record(inputs, length)
    for (const { name, moments } of this.#outputs) {
      const output = outputs[name]
      if (output) countOutput(moments, output, length)
    }
    if (this.#prediction) this.#keepPredictions(batch, this.#prediction)
  }

  /** Of a run that predicted one class or value, that can be labelled; every class is counted. */
  #keepPredictions({ length, runs, outputs }: RunBatch, prediction: Prediction): void {
    const output = outputs[prediction.output]
    if (!output || (prediction.kind === 'value' && output.data.length !== length)) return
    const predicted = readPredictions(output, prediction)
    if (prediction.kind === 'classes') predicted.forEach((winner) => this.#countClass(winner))
    if (predicted.length !== length) return
    predicted.forEach((one, i) => {
      const place = i * runWidth
      if (one !== undefined) this.#open.add(runs[place]!, runs[place + 2]!, one)
    })
  }

  #countClass(winner: number | undefined): void {
    if (winner === undefined) return
    const count = this.#classes.get(winner)
    if (count !== undefined || this.#classes.size < maxCountedClasses) {
      this.#classes.set(winner, (count ?? 0) + 1)
    }
  }
}
