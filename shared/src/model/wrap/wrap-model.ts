import { UsageError } from '../../errors/kedge-error.js'
import { admitModel, type AdmittedModel } from '../onnx/admission.js'
import type { TensorSpec } from '../tensor.js'
import { addAudioStep } from './audio-step.js'
import { addColumnsStep, machineLearning } from './columns-step.js'
import { Fragment } from './fragment.js'
import { addImageStep } from './image-step.js'
import { addLabelStep } from './label-step.js'
import { spliceGraph, valueNames } from './splice-graph.js'
import type { StepTarget } from './step-target.js'
import type { WrapSteps } from './wrap-steps.js'

/** Key of the metadata that says what was put around a model, one JSON text a line. */
export const wrapMetadata = 'kedge.wrap'

/**
 * Puts steps before and behind a model, as nodes of its graph, so that every runtime computes the
 * same from raw pixels, columns or samples. The model's own nodes and tensors stay as they are.
 *
 * @throws ModelError for what is no model that can run
 * @throws UsageError where the steps do not fit the model
 */
export function wrapModel(model: Uint8Array, steps: WrapSteps): Uint8Array {
  const admitted = admitModel(model)
  if (Object.keys(steps.inputs).length === 0 && !steps.labels) {
    throw new UsageError(
      'usage',
      'there is nothing to put around the model; give a step for an input, or labels',
    )
  }
  const earlier = admitted.model.metadata.get(wrapMetadata)
  const history = earlier === undefined ? [] : earlier.split('\n')
  const freshName = nameGiver(valueNames(model))
  const opset = opsetOf(admitted)
  const before = new Fragment(`wrap${history.length}/before/`)
  const inputs = addInputSteps(steps, admitted, { fragment: before, opset, freshName })
  const after = new Fragment(`wrap${history.length}/after/`)
  const outputs = steps.labels
    ? addLabelStep(steps.labels, { fragment: after, outputs: admitted.outputs, opset, freshName })
    : []
  const usesStrings = Object.values(steps.inputs).some(({ kind }) => kind === 'columns')
  return spliceGraph(model, {
    before,
    after,
    inputs,
    outputs,
    opsets: new Map(usesStrings ? [[machineLearning, 1]] : []),
    metadata: { [wrapMetadata]: [...history, JSON.stringify(steps)].join('\n') },
  })
}

function addInputSteps(
  steps: WrapSteps,
  { inputs }: AdmittedModel,
  place: Omit<StepTarget, 'input'>,
): Map<string, readonly TensorSpec[]> {
  const added = new Map<string, readonly TensorSpec[]>()
  for (const [name, step] of Object.entries(steps.inputs)) {
    const input = inputs.find((one) => one.name === name)
    if (!input) {
      const names = inputs.map((one) => `"${one.name}"`).join(', ')
      throw new UsageError('usage', `the model has no input "${name}"; it takes ${names}`)
    }
    const target = { ...place, input }
    if (step.kind === 'image') added.set(name, addImageStep(step, target))
    else if (step.kind === 'columns') added.set(name, addColumnsStep(step, target))
    else added.set(name, addAudioStep(step, target))
  }
  return added
}

const opsetOf = ({ model }: AdmittedModel): number =>
  model.opsets.find(({ domain }) => domain === 'ai.onnx')?.version ?? 1

/** Gives each new value a name that no other has. */
function nameGiver(taken: Set<string>) {
  return (wanted: string | undefined, usual: string): string => {
    if (wanted !== undefined && taken.has(wanted)) {
      throw new UsageError(
        'usage',
        `the model has a value called "${wanted}" already; choose another name`,
      )
    }
    let name = wanted ?? usual
    while (taken.has(name)) name = `raw_${name}`
    taken.add(name)
    return name
  }
}
