import type { Step, Tape, Value } from '../tape.js'
import { broadcastShapes, sumToShape } from './broadcasting.js'
import type { OperatorRule, OperatorRules } from './operator-rule.js'
import { pair } from './step-inputs.js'

type Derivatives = (step: Step, outputGradient: Value, tape: Tape) => readonly [Value, Value]

/** An operator of two inputs that broadcast; `derivatives` may leave theirs in the broadcast shape. */
const binary = (derivatives: Derivatives): OperatorRule => ({
  shape: (inputs) => {
    const [a, b] = pair(inputs)
    return broadcastShapes(a.shape, b.shape)
  },
  gradient: (step, outputGradient, tape) => {
    const [a, b] = pair(step.inputs)
    const [da, db] = derivatives(step, outputGradient, tape)
    return [sumToShape(da, a.shape, tape), sumToShape(db, b.shape, tape)]
  },
})

/** A node on values of the gradient's shape or one that broadcasts to it. */
const node = (tape: Tape, opType: string, inputs: readonly [Value, ...Value[]]): Value =>
  tape.emit({ opType, inputs }, inputs[0].shape)

export const arithmeticRules: OperatorRules = {
  Add: binary((_, dy) => [dy, dy]),
  Sub: binary((_, dy, tape) => [dy, node(tape, 'Neg', [dy])]),
  Mul: binary(({ inputs }, dy, tape) => {
    const [a, b] = pair(inputs)
    return [node(tape, 'Mul', [dy, b]), node(tape, 'Mul', [dy, a])]
  }),
  // d(a / b) = da / b - (a / b) db / b
  Div: binary(({ inputs, output }, dy, tape) => {
    const [, b] = pair(inputs)
    const da = node(tape, 'Div', [dy, b])
    return [da, node(tape, 'Neg', [node(tape, 'Mul', [da, output])])]
  }),
}
