import { readFile, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { DocumentError } from '@kedge/shared/errors/document-error'
import type { AdmittedModel } from '@kedge/shared/model/onnx/admission'
import { checkDocument } from '@kedge/shared/model/document-codec'
import { fromNumbers, readTensorProto } from '../models/read-tensor-proto.js'
import {
  dtypes,
  elementCount,
  formatShape,
  type Tensor,
  type TensorSpec,
  type Tensors,
} from '@kedge/shared/model/tensor'

/** A golden input, with the outputs where the publisher brings them. */
export interface GoldenInput {
  readonly inputs: Tensors
  readonly outputs?: Tensors
}

type Nested = number | boolean | string | Nested[]
const nestedSchema: z.ZodType<Nested> = z.lazy(() =>
  z.union([z.number(), z.boolean(), z.string(), z.array(nestedSchema)]),
)
const tensorSchema = z.union([
  nestedSchema,
  z.object({
    dtype: z.enum(dtypes).optional(),
    shape: z.array(z.number().int().nonnegative()).optional(),
    data: nestedSchema,
  }),
])
const tensorsSchema = z.record(z.string(), tensorSchema)
const samplesSchema = z
  .array(z.object({ inputs: tensorsSchema, outputs: tensorsSchema.optional() }))
  .min(1)
const fileSchema = z.union([samplesSchema, z.object({ samples: samplesSchema })])

/**
 * Reads golden samples: a JSON file `[{ "inputs": { NAME: [[…]] }, "outputs": { … } }]`, or a folder
 * of ONNX test data (`input_0.pb`, `output_0.pb`, in it or in its `test_data_set_*` folders).
 *
 * @throws DocumentError, ModelError
 */
export async function readGolden(
  location: string,
  model: Pick<AdmittedModel, 'inputs' | 'outputs'>,
): Promise<GoldenInput[]> {
  if (!(await stat(location)).isDirectory()) return readJson(location, model)
  const entries = await readdir(location)
  const sets = entries.filter((entry) => entry.startsWith('test_data_set_')).sort()
  const folders = sets.length > 0 ? sets.map((set) => path.join(location, set)) : [location]
  return Promise.all(folders.map((folder) => readTestData(folder, model)))
}

async function readTestData(
  folder: string,
  model: Pick<AdmittedModel, 'inputs' | 'outputs'>,
): Promise<GoldenInput> {
  const inputs = await readProtos(folder, 'input', model.inputs)
  const outputs = await readProtos(folder, 'output', model.outputs)
  if (Object.keys(inputs).length === 0) {
    throw new DocumentError('document-invalid', `${folder} has no input_0.pb`)
  }
  return Object.keys(outputs).length === 0 ? { inputs } : { inputs, outputs }
}

/** Test data names its tensors by number, in the order of the model; older files by nothing else. */
async function readProtos(
  folder: string,
  role: 'input' | 'output',
  specs: readonly TensorSpec[],
): Promise<Tensors> {
  const tensors: Record<string, Tensor> = {}
  for (const file of await readdir(folder)) {
    const [, newer, older] = testDataName(role).exec(file) ?? []
    const number = newer ?? older
    if (number === undefined) continue
    const { name, tensor } = readTensorProto(await readFile(path.join(folder, file)))
    const known = specs.find((spec) => spec.name === name) ?? specs[Number(number)]
    if (known) tensors[known.name] = inPrecision(tensor, known)
  }
  return tensors
}

/** `input_0.pb`, or `test_data_0_input.pb` as in older sets. */
const testDataName = (role: 'input' | 'output') =>
  new RegExp(`^(?:${role}_(\\d+)|test_data_(\\d+)_${role})\\.pb$`)

/** The data of a float32 original serve a model converted to float16 too. */
function inPrecision(tensor: Tensor, { dtype }: TensorSpec): Tensor {
  if (tensor.dtype !== 'float32' || dtype !== 'float16') return tensor
  return { ...tensor, dtype, data: fromNumbers(dtype, Array.from(tensor.data as Float32Array)) }
}

async function readJson(
  file: string,
  model: Pick<AdmittedModel, 'inputs' | 'outputs'>,
): Promise<GoldenInput[]> {
  const parsed = checkDocument(fileSchema, await parseJson(file))
  const samples = Array.isArray(parsed) ? parsed : parsed.samples
  return samples.map(({ inputs, outputs }) => ({
    inputs: toTensors(inputs, model.inputs),
    ...(outputs === undefined ? {} : { outputs: toTensors(outputs, model.outputs) }),
  }))
}

async function parseJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new DocumentError('document-invalid', `${file} is not JSON`, { cause })
  }
}

type JsonTensor = z.infer<typeof tensorSchema>

const toTensors = (
  tensors: Readonly<Record<string, JsonTensor>>,
  specs: readonly TensorSpec[],
): Tensors =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, value]) => {
      const spec = specs.find((one) => one.name === name)
      if (spec) return [name, toTensor(value, spec)]
      const names = specs.map((one) => one.name).join(', ')
      throw new DocumentError('document-invalid', `the model has no "${name}"; it has ${names}`)
    }),
  )

function toTensor(value: JsonTensor, spec: TensorSpec): Tensor {
  const isPlain = typeof value !== 'object' || Array.isArray(value)
  const nested = isPlain ? value : value.data
  const dtype = (isPlain ? undefined : value.dtype) ?? spec.dtype
  const shape = (isPlain ? undefined : value.shape) ?? shapeOf(nested)
  const flat = flatten(nested)
  if (flat.length !== elementCount(shape)) {
    throw new DocumentError(
      'document-invalid',
      `"${spec.name}": ${flat.length} elements do not fill ${formatShape(shape)}`,
    )
  }
  return { dtype, shape, data: toData(dtype, flat) }
}

function toData(
  dtype: Tensor['dtype'],
  flat: readonly Exclude<Nested, Nested[]>[],
): Tensor['data'] {
  if (dtype === 'string') return flat.map(String)
  if (dtype === 'int64') return BigInt64Array.from(flat, BigInt)
  if (dtype === 'uint64') return BigUint64Array.from(flat, BigInt)
  return fromNumbers(dtype, flat.map(Number))
}

function shapeOf(nested: Nested): number[] {
  if (!Array.isArray(nested)) return []
  return [nested.length, ...(nested[0] === undefined ? [] : shapeOf(nested[0]))]
}

const flatten = (nested: Nested): Exclude<Nested, Nested[]>[] =>
  Array.isArray(nested) ? nested.flatMap(flatten) : [nested]
