import { InvariantError } from '../../errors/kedge-error.js'
import type { Value } from '../tape.js'

/** The first input. */
export const only = (inputs: readonly Value[]): Value => inputAt(inputs, 0)

/** The first two inputs. */
export const pair = (inputs: readonly Value[]): readonly [Value, Value] => [
  inputAt(inputs, 0),
  inputAt(inputs, 1),
]

function inputAt(inputs: readonly Value[], index: number): Value {
  const input = inputs[index]
  if (input === undefined) throw new InvariantError(`an operator lacks input ${index}`)
  return input
}
