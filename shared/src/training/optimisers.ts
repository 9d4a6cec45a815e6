import type { Tape, Value } from './tape.js'

export type OptimiserOptions =
  | {
      readonly kind: 'adam'
      readonly beta1?: number
      readonly beta2?: number
      readonly epsilon?: number
      /** Decoupled from the gradient, and left out for vectors such as biases; 0 unless told. */
      readonly weightDecay?: number
    }
  | { readonly kind: 'sgd'; readonly momentum?: number }

/** A parameter, its gradient and what the optimiser keeps about it. */
export interface Update {
  readonly parameter: Value
  readonly gradient: Value
  readonly slots: readonly Value[]
  readonly schedule: Schedule
}

/** Scalars fed with every step: the learning rate and the number of the step, from 1. */
export interface Schedule {
  readonly rate: Value
  readonly step: Value
}

export interface Optimiser {
  /** Names of the tensors kept for each parameter; they begin as zeros. */
  readonly slots: readonly string[]
  /** Adds the update: the new parameter and the new slots. */
  update(tape: Tape, update: Update): { parameter: Value; slots: readonly Value[] }
}

export const toOptimiser = (options: OptimiserOptions): Optimiser =>
  options.kind === 'adam' ? new Adam(options) : new Momentum(options.momentum ?? 0)

/**
 * Kingma & Ba, Adam (ICLR 2015), algorithm 1, with the decoupled weight decay of Loshchilov &
 * Hutter (ICLR 2019), algorithm 2.
 */
class Adam implements Optimiser {
  readonly slots = ['m', 'v']
  readonly #options
  #corrections: readonly [Value, Value] | undefined

  constructor(options: OptimiserOptions & { kind: 'adam' }) {
    this.#options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, ...options }
  }

  update(tape: Tape, { parameter, gradient, slots, schedule }: Update) {
    const { beta1, beta2, epsilon } = this.#options
    const calculate = arithmetic(tape)
    const [firstMoment = parameter, secondMoment = parameter] = slots
    const square = calculate('Mul', gradient, gradient)
    const m = blend(tape, { from: firstMoment, to: gradient, keep: beta1 })
    const v = blend(tape, { from: secondMoment, to: square, keep: beta2 })
    const [correction1, correction2] = this.#biasCorrections(tape, schedule)
    const mHat = calculate('Div', m, correction1)
    const vHat = calculate('Div', v, correction2)
    const root = tape.emit({ opType: 'Sqrt', inputs: [vHat] }, vHat.shape)
    const direction = calculate('Div', mHat, calculate('Add', root, tape.scalar(epsilon)))
    const step = calculate('Mul', this.#decayed(tape, direction, parameter), schedule.rate)
    return { parameter: calculate('Sub', parameter, step), slots: [m, v] }
  }

  /** 1 - β₁ᵗ and 1 - β₂ᵗ, the same for all parameters. */
  #biasCorrections(tape: Tape, { step }: Schedule): readonly [Value, Value] {
    const correction = (beta: number): Value => {
      const power = tape.emit({ opType: 'Pow', inputs: [tape.scalar(beta), step] }, [])
      return tape.emit({ opType: 'Sub', inputs: [tape.scalar(1), power] }, [])
    }
    const { beta1, beta2 } = this.#options
    return (this.#corrections ??= [correction(beta1), correction(beta2)])
  }

  #decayed(tape: Tape, direction: Value, parameter: Value): Value {
    const { weightDecay } = this.#options
    if (weightDecay === 0 || parameter.shape.length < 2) return direction
    const calculate = arithmetic(tape)
    return calculate('Add', direction, calculate('Mul', parameter, tape.scalar(weightDecay)))
  }
}

/** Gradient descent with the momentum of Sutskever et al. (ICML 2013), equations 1 and 2. */
class Momentum implements Optimiser {
  readonly slots: readonly string[]

  constructor(readonly momentum: number) {
    this.slots = momentum === 0 ? [] : ['velocity']
  }

  update(tape: Tape, { parameter, gradient, slots: [velocity], schedule }: Update) {
    const calculate = arithmetic(tape)
    const step = calculate('Mul', gradient, schedule.rate)
    if (velocity === undefined) return { parameter: calculate('Sub', parameter, step), slots: [] }
    const kept = calculate('Mul', velocity, tape.scalar(this.momentum))
    const next = calculate('Sub', kept, step)
    return { parameter: calculate('Add', parameter, next), slots: [next] }
  }
}

/** A node on two values of which the second is a scalar or has the shape of the first. */
const arithmetic =
  (tape: Tape) =>
  (opType: 'Add' | 'Sub' | 'Mul' | 'Div', a: Value, b: Value): Value =>
    tape.emit({ opType, inputs: [a, b] }, a.shape)

/** keep · from + (1 - keep) · to */
function blend(tape: Tape, mix: { from: Value; to: Value; keep: number }): Value {
  const calculate = arithmetic(tape)
  const old = calculate('Mul', mix.from, tape.scalar(mix.keep))
  return calculate('Add', old, calculate('Mul', mix.to, tape.scalar(1 - mix.keep)))
}
