import { InvariantError } from '../../errors/kedge-error.js'
import { formatShape, type Dimension } from '../../model/tensor.js'
import type { Attributes } from '../../model/onnx/write-node.js'
import type { Tape, Value } from '../tape.js'
import { sumToShape } from './broadcasting.js'
import type { OperatorRules } from './operator-rule.js'
import { only, pair } from './step-inputs.js'

interface Factor {
  readonly value: Value
  readonly transposed: boolean
}

const plain = (value: Value): Factor => ({ value, transposed: false })
const flip = ({ value, transposed }: Factor): Factor => ({ value, transposed: !transposed })

/** Rows and columns of a matrix as it enters the product. */
function extents({ value, transposed }: Factor): readonly [Dimension, Dimension] {
  const [rows = null, columns = null] = value.shape
  if (value.shape.length !== 2) {
    throw new InvariantError(`${value.name} ${formatShape(value.shape)} is not a matrix`)
  }
  return transposed ? [columns, rows] : [rows, columns]
}

function productShape(a: Factor, b: Factor): readonly Dimension[] {
  const [rows, inner] = extents(a)
  const [expected, columns] = extents(b)
  if (inner !== expected) {
    throw new InvariantError(
      `matrices ${formatShape(extents(a))} and ${formatShape(extents(b))} cannot be multiplied`,
    )
  }
  return [rows, columns]
}

function multiply(a: Factor, b: Factor, tape: Tape): Value {
  const attributes = { transA: Number(a.transposed), transB: Number(b.transposed) }
  const inputs = [a.value, b.value]
  return tape.emit({ opType: 'Gemm', inputs, attributes }, productShape(a, b))
}

/** Y = AB gives dA = dY Bᵀ and dB = Aᵀ dY; of a transposed factor the transposed gradient. */
function productGradients(factors: readonly [Factor, Factor], dy: Value, tape: Tape): Value[] {
  const [a, b] = factors
  const g = plain(dy)
  return [
    a.transposed ? multiply(b, flip(g), tape) : multiply(g, flip(b), tape),
    b.transposed ? multiply(flip(g), a, tape) : multiply(flip(a), g, tape),
  ]
}

function gemmFactors(inputs: readonly Value[], attributes: Attributes): [Factor, Factor] {
  const [a, b] = pair(inputs)
  return [
    { value: a, transposed: attributes['transA'] === 1 },
    { value: b, transposed: attributes['transB'] === 1 },
  ]
}

const matMulFactors = (inputs: readonly Value[]): [Factor, Factor] => {
  const [a, b] = pair(inputs)
  return [plain(a), plain(b)]
}

/** Matrices only; Gemm with alpha and beta of one. */
export const linearRules: OperatorRules = {
  MatMul: {
    shape: (inputs) => productShape(...matMulFactors(inputs)),
    gradient: ({ inputs }, dy, tape) => productGradients(matMulFactors(inputs), dy, tape),
  },
  Gemm: {
    shape: (inputs, attributes) => productShape(...gemmFactors(inputs, attributes)),
    gradient: ({ inputs, attributes }, dy, tape) => {
      const products = productGradients(gemmFactors(inputs, attributes), dy, tape)
      const bias = inputs[2]
      return bias === undefined ? products : [...products, sumToShape(dy, bias.shape, tape)]
    },
  },
  Transpose: {
    shape: (inputs) => extents({ value: only(inputs), transposed: true }),
    gradient: ({ inputs }, dy, tape) => [
      tape.emit({ opType: 'Transpose', inputs: [dy] }, only(inputs).shape),
    ],
  },
}
