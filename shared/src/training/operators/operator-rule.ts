import type { Attributes } from '../../model/onnx/write-node.js'
import type { Dimension } from '../../model/tensor.js'
import type { Step, Tape, Value } from '../tape.js'

/** What training must know about an ONNX operator. */
export interface OperatorRule {
  /** The shape of the output. @throws InvariantError for inputs the operator does not take */
  shape(inputs: readonly Value[], attributes: Attributes): readonly Dimension[]
  /**
   * Adds the nodes for the gradient of the loss with respect to each input, given that with respect
   * to the output; undefined for inputs that have none. Each has the shape of its input.
   * Operators without it end the training of what lies before them.
   */
  gradient?(step: Step, outputGradient: Value, tape: Tape): readonly (Value | undefined)[]
}

export type OperatorRules = Readonly<Record<string, OperatorRule>>
