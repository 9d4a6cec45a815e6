import type { Step, Tape, Value } from '../tape.js'
import type { OperatorRule, OperatorRules } from './operator-rule.js'
import { only } from './step-inputs.js'

type Derivative = (step: Step, outputGradient: Value, tape: Tape) => Value

/** An operator of one input that acts on each element. */
const unary = (derivative: Derivative): OperatorRule => ({
  shape: (inputs) => only(inputs).shape,
  gradient: (step, outputGradient, tape) => [derivative(step, outputGradient, tape)],
})

const node = (tape: Tape, opType: string, inputs: readonly [Value, ...Value[]]): Value =>
  tape.emit({ opType, inputs }, inputs[0].shape)

/** y' of y = tanh(x) is 1 - y², of y = sigmoid(x) it is y (1 - y), of y = sqrt(x) it is 1 / 2y. */
export const elementwiseRules: OperatorRules = {
  Identity: unary((_, dy) => dy),
  Neg: unary((_, dy, tape) => node(tape, 'Neg', [dy])),
  Abs: unary(({ inputs }, dy, tape) => node(tape, 'Mul', [dy, node(tape, 'Sign', [only(inputs)])])),
  Exp: unary(({ output }, dy, tape) => node(tape, 'Mul', [dy, output])),
  Log: unary(({ inputs }, dy, tape) => node(tape, 'Div', [dy, only(inputs)])),
  Sqrt: unary(({ output }, dy, tape) =>
    node(tape, 'Div', [dy, node(tape, 'Add', [output, output])]),
  ),
  // The output is positive exactly where the input was.
  Relu: unary(({ output }, dy, tape) => node(tape, 'Mul', [dy, node(tape, 'Sign', [output])])),
  Tanh: unary(({ output }, dy, tape) => {
    const scaled = node(tape, 'Mul', [dy, node(tape, 'Mul', [output, output])])
    return node(tape, 'Sub', [dy, scaled])
  }),
  Sigmoid: unary(({ output }, dy, tape) => {
    const scaled = node(tape, 'Mul', [dy, output])
    return node(tape, 'Sub', [scaled, node(tape, 'Mul', [scaled, output])])
  }),
}
