import { TrainingError } from '../errors/training-error.js'
import { operatorRules } from './operator-rules.js'
import type { Step, Tape, Value } from './tape.js'

/**
 * Adds the gradient of a scalar `loss` with respect to each of `parameters`, in their order, by
 * reverse-mode accumulation: Griewank & Walther, Evaluating Derivatives (2008), section 3.2.
 *
 * @throws TrainingError `gradient-missing` where an operator between a parameter and the loss has
 *   no gradient, and for a parameter that does not reach the loss
 */
export function differentiate(tape: Tape, loss: Value, parameters: readonly Value[]): Value[] {
  const steps = [...tape.steps]
  const variable = dependents(steps, parameters)
  const gradients = new Map<string, Value>([[loss.name, tape.scalar(1)]])
  for (const step of steps.reverse()) {
    const outputGradient = gradients.get(step.output.name)
    if (outputGradient === undefined || !variable.has(step.output.name)) continue
    const inputGradients = gradientsOf(step, outputGradient, tape)
    step.inputs.forEach((input, i) => {
      const gradient = inputGradients[i]
      if (gradient === undefined || !variable.has(input.name)) return
      gradients.set(input.name, accumulate(gradients.get(input.name), gradient, tape))
    })
  }
  return parameters.map(({ name }) => {
    const gradient = gradients.get(name)
    if (gradient !== undefined) return gradient
    throw new TrainingError('gradient-missing', `the loss does not depend on ${name}`)
  })
}

/** The names of the parameters and of everything computed from them. */
function dependents(steps: readonly Step[], parameters: readonly Value[]): Set<string> {
  const names = new Set(parameters.map(({ name }) => name))
  for (const { inputs, output } of steps) {
    if (inputs.some(({ name }) => names.has(name))) names.add(output.name)
  }
  return names
}

function gradientsOf(step: Step, outputGradient: Value, tape: Tape) {
  const rule = operatorRules[step.opType]
  if (rule?.gradient === undefined) {
    throw new TrainingError(
      'gradient-missing',
      `the gradient of ${step.opType} (${step.output.name}) is not known`,
    )
  }
  return rule.gradient(step, outputGradient, tape)
}

function accumulate(sum: Value | undefined, gradient: Value, tape: Tape): Value {
  if (sum === undefined) return gradient
  return tape.emit({ opType: 'Add', inputs: [sum, gradient] }, sum.shape)
}
