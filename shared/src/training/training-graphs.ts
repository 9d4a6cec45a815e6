import { batchOf, applyDense, parameterShapes } from './dense-architecture.js'
import type { DenseArchitecture, ParameterValues } from './dense-architecture.js'
import { differentiate } from './differentiate.js'
import { applyLoss } from './losses.js'
import { inferShape } from './operator-rules.js'
import { toOptimiser, type OptimiserOptions, type Schedule } from './optimisers.js'
import { Tape, type Value } from './tape.js'

/** Names of the tensors every step is fed with, beside parameters and slots. */
export const stepInputs = {
  features: 'features',
  target: 'target',
  rate: 'learning_rate',
  step: 'step',
} as const

export const LOSS = 'loss'

/** The name under which a step gives back the new value of a parameter or slot. */
export const nextName = (name: string): string => `${name}/next`

export interface StepGraph {
  readonly model: Uint8Array
  /** Shapes of what each step takes and gives back: trained parameters and the optimiser's slots. */
  readonly state: Readonly<Record<string, readonly number[]>>
}

/**
 * One training step: forward pass, gradients and update. Parameters named in `frozen` are read and
 * not changed.
 */
export function buildStepGraph(
  architecture: DenseArchitecture,
  options: OptimiserOptions,
  frozen: ReadonlySet<string>,
): StepGraph {
  const tape = new Tape('training-step', inferShape)
  const { parameters, loss } = applyForward(tape, architecture)
  const schedule: Schedule = {
    rate: tape.input(stepInputs.rate, 'float32', []),
    step: tape.input(stepInputs.step, 'float32', []),
  }
  const trained = Object.values(parameters).filter(({ name }) => !frozen.has(name))
  const gradients = differentiate(tape, loss, trained)
  const optimiser = toOptimiser(options)
  const state: Record<string, readonly number[]> = {}
  const giveBack = (before: Value, after: Value) => {
    state[before.name] = before.shape as readonly number[]
    tape.output(after, nextName(before.name))
  }
  trained.forEach((parameter, i) => {
    const slots = optimiser.slots.map((slot) =>
      tape.input(`${parameter.name}/${slot}`, 'float32', parameter.shape),
    )
    const gradient = gradients[i] ?? parameter
    const next = optimiser.update(tape, { parameter, gradient, slots, schedule })
    giveBack(parameter, next.parameter)
    slots.forEach((slot, j) => giveBack(slot, next.slots[j] ?? slot))
  })
  tape.output(loss, LOSS)
  return { model: tape.graph.toModel(), state }
}

/** The loss alone, for rows that are not trained on. */
export function buildLossGraph(architecture: DenseArchitecture): Uint8Array {
  const tape = new Tape('loss', inferShape)
  const { loss } = applyForward(tape, architecture)
  tape.output(loss, LOSS)
  return tape.graph.toModel()
}

function applyForward(tape: Tape, architecture: DenseArchitecture) {
  const { features, head } = architecture
  const input = tape.input(stepInputs.features, 'float32', batchOf(features))
  const target =
    head.kind === 'classes'
      ? tape.input(stepInputs.target, 'int64', ['batch'])
      : tape.input(stepInputs.target, 'float32', batchOf(head.count))
  const parameters: ParameterValues = Object.fromEntries(
    Object.entries(parameterShapes(architecture)).map(([name, shape]) => [
      name,
      tape.input(name, 'float32', shape),
    ]),
  )
  const output = applyDense(tape, architecture, { input, parameters })
  return { parameters, loss: applyLoss(tape, head, { output, target }) }
}
