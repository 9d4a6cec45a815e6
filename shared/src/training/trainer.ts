import { TrainingError } from '../errors/training-error.js'
import { elementCount } from '../model/tensor.js'
import type { Entropy } from '../util/entropy.js'
import { shuffledIndices, takeRows, type Dataset } from './dataset.js'
import { parameterShapes, type Parameters } from './dense-architecture.js'
import { floatsOf, openSession, type Ort, type OrtSession, type OrtTensor } from './ort.js'
import { buildLossGraph, buildStepGraph, LOSS, nextName, stepInputs } from './training-graphs.js'
import type { TrainingRequest } from './training-request.js'

/** Runs training steps and keeps parameters and optimiser state between them. */
export class Trainer implements AsyncDisposable {
  readonly #ort: Ort
  readonly #entropy: Entropy
  readonly #request: TrainingRequest
  readonly #sessions: { readonly step: OrtSession; readonly loss: OrtSession }
  /** Parameters and slots, as the last step gave them back. */
  readonly #state: Map<string, OrtTensor>
  #steps = 0

  private constructor(
    request: TrainingRequest,
    sessions: { step: OrtSession; loss: OrtSession },
    state: Map<string, OrtTensor>,
  ) {
    this.#ort = request.ort
    this.#entropy = request.entropy
    this.#request = request
    this.#sessions = sessions
    this.#state = state
  }

  static async create(request: TrainingRequest, parameters: Parameters): Promise<Trainer> {
    const { architecture, options, ort } = request
    const frozen = new Set(options.frozen)
    const graph = buildStepGraph(architecture, options.optimiser ?? { kind: 'adam' }, frozen)
    const state = new Map<string, OrtTensor>()
    for (const [name, shape] of Object.entries({
      ...parameterShapes(architecture),
      ...graph.state,
    })) {
      const zeros = new Float32Array(elementCount(shape))
      const start = parameters[name]?.data ?? zeros
      state.set(name, new ort.Tensor('float32', Float32Array.from(start as Float32Array), shape))
    }
    const step = await openSession(ort, graph.model)
    const loss = await openSession(ort, buildLossGraph(architecture))
    return new Trainer(request, { step, loss }, state)
  }

  /** One pass over all rows in an order of chance; the mean loss. */
  async trainEpoch(rows: Dataset, rate: number): Promise<number> {
    const { batchSize } = this.#request.options
    const order = shuffledIndices(rows.count, this.#entropy)
    let sum = 0
    for (let at = 0; at < rows.count; at += batchSize) {
      this.#request.signal?.throwIfAborted()
      const batch = takeRows(rows, order.subarray(at, at + batchSize))
      sum += (await this.#trainBatch(batch, rate)) * batch.count
    }
    return sum / rows.count
  }

  async measureLoss(rows: Dataset): Promise<number> {
    const parameters = Object.keys(parameterShapes(this.#request.architecture))
    const feeds = { ...this.#feed(rows), ...this.#named(parameters) }
    return this.#finiteLoss(await this.#sessions.loss.run(feeds))
  }

  /** Copies of the parameters as they are now. */
  parameters(): Parameters {
    const names = Object.keys(parameterShapes(this.#request.architecture))
    return Object.fromEntries(
      Object.entries(this.#named(names)).map(([name, tensor]) => {
        const data = floatsOf({ [name]: tensor }, name).slice()
        return [name, { dtype: 'float32', shape: tensor.dims, data }]
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sessions.step.release()
    await this.#sessions.loss.release()
  }

  async #trainBatch(batch: Dataset, rate: number): Promise<number> {
    this.#steps += 1
    const scalar = (value: number) => new this.#ort.Tensor('float32', Float32Array.of(value), [])
    const results = await this.#sessions.step.run({
      ...this.#feed(batch),
      ...Object.fromEntries(this.#state),
      [stepInputs.rate]: scalar(rate),
      [stepInputs.step]: scalar(this.#steps),
    })
    for (const name of this.#state.keys()) {
      const next = results[nextName(name)]
      if (next !== undefined) this.#state.set(name, next)
    }
    return this.#finiteLoss(results)
  }

  #feed({ count, features, targets }: Dataset): Record<string, OrtTensor> {
    const { Tensor } = this.#ort
    const width = targets.length / count
    return {
      [stepInputs.features]: new Tensor('float32', features, [count, features.length / count]),
      [stepInputs.target]:
        targets instanceof BigInt64Array
          ? new Tensor('int64', targets, [count])
          : new Tensor('float32', targets, [count, width]),
    }
  }

  #named(names: readonly string[]): Record<string, OrtTensor> {
    return Object.fromEntries([...this.#state].filter(([name]) => names.includes(name)))
  }

  #finiteLoss(results: Readonly<Record<string, OrtTensor>>): number {
    const [loss = NaN] = floatsOf(results, LOSS)
    if (Number.isFinite(loss)) return loss
    throw new TrainingError(
      'training-diverged',
      `the loss is ${loss} after ${this.#steps} steps; lower the learning rate ` +
        `(${this.#request.options.learningRate}) or check the rows for values that are not finite`,
    )
  }
}
