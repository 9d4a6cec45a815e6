import { UsageError } from '@kedge/shared/errors/kedge-error'

/** An input as the Open Inference Protocol's model metadata declares it; -1 is any extent. */
export interface DeclaredInput {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
}

/**
 * What a person types, as the inputs of an inference request. Taken are a whole request
 * (`{"inputs": […]}`), arrays by input name (`{"x": [[1, 2]]}`), and a lone array or number where
 * the model has one input. Flat arrays take the shape that the model declares.
 *
 * @throws UsageError `usage`
 */
export function toRequestInputs(value: unknown, declared: readonly DeclaredInput[]): unknown[] {
  if (isRecord(value) && Array.isArray(value['inputs'])) return value['inputs']
  const byName = isRecord(value) ? value : { [onlyInput(declared).name]: value }
  return Object.entries(byName).map(([name, elements]) => {
    const input = declared.find((one) => one.name === name)
    if (input === undefined) {
      throw new UsageError('usage', `the model has no input "${name}"; it takes ${list(declared)}`)
    }
    const data = Array.isArray(elements) ? elements.flat<unknown[], number>(Infinity) : [elements]
    return { name, datatype: input.datatype, shape: shapeOf(elements, input, data.length), data }
  })
}

function onlyInput(declared: readonly DeclaredInput[]): DeclaredInput {
  const [input] = declared
  if (input !== undefined && declared.length === 1) return input
  throw new UsageError('usage', `give each input by its name; the model takes ${list(declared)}`)
}

/** As it is nested; a flat list as the model declares, its first open extent filled up. */
function shapeOf(value: unknown, { shape }: DeclaredInput, count: number): number[] {
  const nested = nesting(value)
  if (nested.length === shape.length) return nested
  const known = shape.reduce((product, extent) => (extent < 0 ? product : product * extent), 1)
  const open = shape.findIndex((extent) => extent < 0)
  const filled = shape.map((extent, i) => {
    if (extent >= 0) return extent
    return i === open && known > 0 ? count / known : 1
  })
  return filled.every(Number.isInteger) ? filled : nested
}

function nesting(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...nesting(value[0])] : []
}

const list = (declared: readonly DeclaredInput[]): string =>
  declared
    .map(({ name, datatype, shape }) => `"${name}" (${datatype} [${shape.join(', ')}])`)
    .join(', ')

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
