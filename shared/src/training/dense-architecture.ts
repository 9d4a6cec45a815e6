import { InvariantError } from '../errors/kedge-error.js'
import type { Dimension, Tensor } from '../model/tensor.js'
import type { Entropy } from '../util/entropy.js'
import type { Tape, Value } from './tape.js'

export type Activation = 'Relu' | 'Tanh' | 'Sigmoid'

/** A network of fully connected layers. */
export interface DenseArchitecture {
  /** Numbers in one row of input. */
  readonly features: number
  readonly hidden: readonly { readonly units: number; readonly activation: Activation }[]
  readonly head: Head
}

/** What the last layer says: one score a class, or numbers. */
export type Head =
  | { readonly kind: 'classes'; readonly count: number }
  | {
      readonly kind: 'values'
      readonly count: number
      readonly loss: 'squared-error' | 'absolute-error'
    }

/** Weights by name: `hidden1.weight` [in, out], `hidden1.bias` [out], …, `head.weight`, `head.bias`. */
export type Parameters = Readonly<Record<string, Tensor>>

export type ParameterValues = Readonly<Record<string, Value>>

interface Layer {
  readonly name: string
  readonly inputs: number
  readonly outputs: number
  readonly activation: Activation | undefined
}

/** The last layer is called `head`, so that versions which differ there alone say so. */
function layersOf({ features, hidden, head }: DenseArchitecture): Layer[] {
  const units = [features, ...hidden.map((layer) => layer.units), head.count]
  return units.slice(1).map((outputs, i) => ({
    name: i === hidden.length ? 'head' : `hidden${i + 1}`,
    inputs: units[i] ?? 0,
    outputs,
    activation: hidden[i]?.activation,
  }))
}

export const parameterShapes = (
  architecture: DenseArchitecture,
): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(
    layersOf(architecture).flatMap(({ name, inputs, outputs }) => [
      [`${name}.weight`, [inputs, outputs]],
      [`${name}.bias`, [outputs]],
    ]),
  )

/**
 * Biases of zero and uniform weights of the variance of He et al. (ICCV 2015), equation 10, before a
 * Relu and of Glorot & Bengio (AISTATS 2010), equation 16, elsewhere.
 */
export function initialParameters(architecture: DenseArchitecture, entropy: Entropy): Parameters {
  const parameters: Record<string, Tensor> = {}
  for (const { name, inputs, outputs, activation } of layersOf(architecture)) {
    const variance = activation === 'Relu' ? 2 / inputs : 2 / (inputs + outputs)
    const limit = Math.sqrt(3 * variance)
    const data = Float32Array.from({ length: inputs * outputs }, () => {
      return (2 * entropy.random() - 1) * limit
    })
    parameters[`${name}.weight`] = { dtype: 'float32', shape: [inputs, outputs], data }
    const bias = new Float32Array(outputs)
    parameters[`${name}.bias`] = { dtype: 'float32', shape: [outputs], data: bias }
  }
  return parameters
}

/** Adds the network; the result is the raw output of the head, `[batch, count]`. */
export function applyDense(
  tape: Tape,
  architecture: DenseArchitecture,
  values: { readonly input: Value; readonly parameters: ParameterValues },
): Value {
  let value = values.input
  for (const { name, activation } of layersOf(architecture)) {
    const weight = values.parameters[`${name}.weight`]
    const bias = values.parameters[`${name}.bias`]
    if (weight === undefined || bias === undefined) throw new InvariantError(`no layer ${name}`)
    value = tape.apply('Gemm', [value, weight, bias])
    if (activation !== undefined) value = tape.apply(activation, [value])
  }
  return value
}

/** The shape of a batch of rows. */
export const batchOf = (width: number): readonly Dimension[] => ['batch', width]
