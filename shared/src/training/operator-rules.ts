import { arithmeticRules } from './operators/arithmetic.js'
import { elementwiseRules } from './operators/elementwise.js'
import { linearRules } from './operators/linear.js'
import type { OperatorRules } from './operators/operator-rule.js'
import { reductionRules } from './operators/reductions.js'
import { reshapingRules } from './operators/reshaping.js'
import { softmaxRules } from './operators/softmax.js'

/** Every operator a training graph can be made of. */
export const operatorRules: OperatorRules = {
  ...elementwiseRules,
  ...arithmeticRules,
  ...linearRules,
  ...reductionRules,
  ...reshapingRules,
  ...softmaxRules,
}
