import { readdirSync } from 'node:fs'
import path from 'node:path'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { ModelError } from '@kedge/shared/errors/model-error'
import { admitModel } from '@kedge/shared/model/onnx/admission'
import { dataDir, dataMissing, readData } from '../../support/data.js'

/** What this side can tell from the file alone. */
const refused: Record<string, string> = {
  'Yolo_lfs_pointer.onnx': 'model-not-onnx',
  'corrupt-model.onnx': 'model-not-onnx',
  'adamw.onnx': 'model-unsupported',
  'add_opset_314159.onnx': 'model-unsupported',
  'bad_names.onnx': 'model-unsupported',
  'custom_op_string_lower.onnx': 'model-unsupported',
  'custom_op_test.onnx': 'model-unsupported',
  'foo_bar_1.onnx': 'model-unsupported',
  'foo_bar_3.onnx': 'model-unsupported',
  'foo_truncated.onnx': 'model-unsupported',
  'merge.onnx': 'model-unsupported',
  'mul_1.noopset.onnx': 'model-unsupported',
  'mul_16.onnx': 'model-unsupported',
  'optional_1.onnx': 'model-unsupported',
  'ort_github_issue_11536.onnx': 'model-unsupported',
  'pyop_1.onnx': 'model-unsupported',
  'test_types_BFLOAT16.onnx': 'model-unsupported',
  'model_with_external_initializer_come_from_user.onnx': 'model-external-data',
}

/** What only ONNX Runtime knows: the order of nodes, and which kernels it has. */
const leftToRuntime = ['cpu_if.onnx', 'old_opset_AvgPool2d.onnx', 'packed_attention_fp32.onnx']

/** Models that ONNX Runtime loads and Kedge does not take, with the reason. */
const notTaken: Record<string, RegExp> = {
  'external-data/model_with_external_initializers.onnx': /kept outside the model/,
  'mnist/mnist.basic.ort': /ORT format/,
  'node-tests/dequantizelinear_int4/model.onnx': /element type int4/,
  'node-tests/optional_has_element_optional_input/model.onnx': /kind optional/,
  'structure/test_sequence_tensors.onnx': /none of its outputs is a tensor/,
}

const filesUnder = (folder: string): string[] =>
  dataMissing === undefined
    ? readdirSync(path.join(dataDir, folder), { recursive: true, encoding: 'utf8' })
    : []

/** `.pb` files beside the models are single tensors, but for these folders. */
const isModel = (file: string): boolean =>
  /\.(onnx|ort)$/.test(file) || /^(dtypes|structure)\/.*\.pb$/.test(file)

async function refusalOf(file: string): Promise<ModelError | undefined> {
  try {
    admitModel(await readData(file))
    return undefined
  } catch (error) {
    if (error instanceof ModelError) return error
    throw error
  }
}

describe.skipIf(dataMissing)(`admission of real files ${dataMissing ?? ''}`, () => {
  const broken = filesUnder('models/invalid')
  const loadable = filesUnder('models').filter(
    (file) => !file.startsWith('invalid') && isModel(file),
  )

  it('knows every broken file there is', () => {
    expect(broken.sort()).toEqual([...Object.keys(refused), ...leftToRuntime].sort())
  })

  it.each(Object.entries(refused))('refuses %s as %s', async (file, code) => {
    expect((await refusalOf(`models/invalid/${file}`))?.code).toBe(code)
  })

  it.each(leftToRuntime)('leaves %s to ONNX Runtime, which refuses it', async (file) => {
    expect(await refusalOf(`models/invalid/${file}`)).toBeUndefined()
    const bytes = await readData(`models/invalid/${file}`)
    await expect(ort.InferenceSession.create(bytes, { logSeverityLevel: 4 })).rejects.toThrow()
  })

  it.each(loadable.filter((file) => notTaken[file] === undefined))('admits %s', async (file) => {
    expect(await refusalOf(`models/${file}`)).toBeUndefined()
  })

  it.each(Object.entries(notTaken))('does not take %s and says why', async (file, reason) => {
    expect((await refusalOf(`models/${file}`))?.message).toMatch(reason)
  })

  it.each(loadable.filter((file) => notTaken[file] === undefined))(
    'reads the inputs and outputs of %s as ONNX Runtime does',
    async (file) => {
      const { model, inputs } = admitModel(await readData(`models/${file}`))
      const session = await ort.InferenceSession.create(await readData(`models/${file}`), {
        logSeverityLevel: 4,
      })
      expect(inputs.map(({ name }) => name)).toEqual(session.inputNames)
      expect(model.outputs.map(({ name }) => name)).toEqual(session.outputNames)
      const metadata = session.inputMetadata.map((input) => (input.isTensor ? input.type : ''))
      expect(inputs.map(({ dtype }) => dtype)).toEqual(metadata)
    },
  )
})
