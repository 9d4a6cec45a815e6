import type { Tensor, Tensors } from '../model/tensor.js'
import { TensorStack } from './tensor-stack.js'

/** One run, or several whose tensors lie behind one another in one. */
export interface RunBatch {
  readonly length: number
  /** Of each: the number of its prediction, microseconds, and when it ended in Unix milliseconds. */
  readonly runs: Float64Array
  readonly inputs: Tensors
  readonly outputs: Tensors
}

/** Numbers of each run in `RunBatch.runs`. */
export const runWidth = 3

const capacity = 32

/**
 * Small runs wait here, as copies, until they are counted together: a model's weights push the code
 * that counts out of the caches, and bringing it back costs more than counting does.
 */
export class RunBacklog {
  readonly #runs = new Float64Array(capacity * runWidth)
  readonly #count: (batch: RunBatch) => void
  /** Of the inputs, and behind them of the outputs. */
  #stacks: readonly TensorStack[] = []
  #inputs = 0
  #length = 0

  /** @param count counts a batch of runs before it returns; the batch is written over afterwards */
  constructor(count: (batch: RunBatch) => void) {
    this.#count = count
  }

  /** Counts the run at once, or with others before `settle` returns. */
  add(run: { number: number; latencyUs: number; at: number }, inputs: Tensors, outputs: Tensors) {
    if (this.#stacks.length === 0) this.#learn(inputs, outputs)
    const row = this.#length
    for (let i = 0; i < this.#stacks.length; i++) {
      const stack = this.#stacks[i]!
      const tensors = i < this.#inputs ? inputs : outputs
      if (!stack.put(row, tensors[stack.name])) {
        const runs = Float64Array.of(run.number, run.latencyUs, run.at)
        return this.#count({ length: 1, runs, inputs, outputs })
      }
    }
    const place = row * runWidth
    this.#runs[place] = run.number
    this.#runs[place + 1] = run.latencyUs
    this.#runs[place + 2] = run.at
    this.#length = row + 1
    if (row + 1 === capacity) this.settle()
  }

  /** Counts what waits. */
  settle(): void {
    const length = this.#length
    if (length === 0) return
    this.#length = 0
    this.#count({
      length,
      runs: this.#runs,
      inputs: stacked(this.#stacks.slice(0, this.#inputs), length),
      outputs: stacked(this.#stacks.slice(this.#inputs), length),
    })
  }

  /** The first run shows what the tensors of this model are like. */
  #learn(inputs: Tensors, outputs: Tensors): void {
    // Those before it had none.
    this.settle()
    const stacks = [inputs, outputs].map(stacksFor)
    this.#inputs = stacks[0]!.length
    this.#stacks = stacks.flat()
  }
}

const stacksFor = (tensors: Tensors): readonly TensorStack[] =>
  Object.entries(tensors).map(([name, tensor]) => new TensorStack(name, tensor, capacity))

function stacked(stacks: readonly TensorStack[], length: number): Tensors {
  const tensors: Record<string, Tensor> = {}
  for (const stack of stacks) tensors[stack.name] = stack.take(length)
  return tensors
}
