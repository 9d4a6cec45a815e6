import { ModelError } from '../../errors/model-error.js'
import type { OnnxModel } from './onnx-model.js'

/**
 * A model travels as one file, so weights kept elsewhere would never arrive; and a path from a
 * model must not choose what a server or device reads.
 *
 * @throws ModelError `model-external-data`
 */
export function checkExternalData(model: OnnxModel): void {
  const first = model.initializers.find(({ external }) => external !== undefined)
  if (first?.external === undefined) return
  const { location } = first.external
  const count = model.initializers.filter(({ external }) => external !== undefined).length
  const others = count > 1 ? ` (and ${count - 1} more)` : ''
  throw new ModelError(
    'model-external-data',
    `the tensor "${first.name}"${others} is kept outside the model, in "${location}"` +
      `${describePath(location)}; save the model with its weights inside, as with ` +
      'onnx.save(model, file, save_as_external_data=False)',
  )
}

function describePath(location: string): string {
  const parts = location.split(/[/\\]/)
  if (parts.includes('..')) return ', a path that leaves the folder of the model'
  if (parts[0] === '' || /^[a-z]:/i.test(location)) return ', an absolute path'
  return ''
}
