import type { Step, Tape, Value } from '../tape.js'
import type { OperatorRules } from './operator-rule.js'
import { only } from './step-inputs.js'

function sumOverClasses(value: Value, tape: Tape): Value {
  const shape = [...value.shape.slice(0, -1), 1]
  return tape.emit({ opType: 'ReduceSum', inputs: [value, tape.int64s([-1])] }, shape)
}

const node = (tape: Tape, opType: string, inputs: readonly [Value, ...Value[]]): Value =>
  tape.emit({ opType, inputs }, inputs[0].shape)

/** Over the last axis. With p = softmax(x): dx = p (dp - Σ p dp); of log p: dx = dy - p Σ dy. */
export const softmaxRules: OperatorRules = {
  Softmax: {
    shape: (inputs) => only(inputs).shape,
    gradient: ({ output }: Step, dy, tape) => {
      const weighted = node(tape, 'Mul', [dy, output])
      const shared = node(tape, 'Mul', [output, sumOverClasses(weighted, tape)])
      return [node(tape, 'Sub', [weighted, shared])]
    },
  },
  LogSoftmax: {
    shape: (inputs) => only(inputs).shape,
    gradient: ({ output }: Step, dy, tape) => {
      const probabilities = node(tape, 'Exp', [output])
      const shared = node(tape, 'Mul', [probabilities, sumOverClasses(dy, tape)])
      return [node(tape, 'Sub', [dy, shared])]
    },
  },
}
