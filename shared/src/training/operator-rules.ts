import { InvariantError } from '../errors/kedge-error.js'
import { arithmeticRules } from './operators/arithmetic.js'
import { elementwiseRules } from './operators/elementwise.js'
import { linearRules } from './operators/linear.js'
import type { OperatorRules } from './operators/operator-rule.js'
import { reductionRules } from './operators/reductions.js'
import { reshapingRules } from './operators/reshaping.js'
import { softmaxRules } from './operators/softmax.js'
import type { ShapeInference } from './tape.js'

/** Every operator a training graph can be made of. */
export const operatorRules: OperatorRules = {
  ...elementwiseRules,
  ...arithmeticRules,
  ...linearRules,
  ...reductionRules,
  ...reshapingRules,
  ...softmaxRules,
}

export const inferShape: ShapeInference = (opType, inputs, attributes) => {
  const rule = operatorRules[opType]
  if (rule === undefined) throw new InvariantError(`there is no rule for the operator ${opType}`)
  return rule.shape(inputs, attributes)
}
