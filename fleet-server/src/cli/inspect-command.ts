import type { Command } from 'commander'
import { describeError } from '@kedge/shared/errors/kedge-error'
import { admitModel } from '@kedge/shared/model/onnx/admission'
import type { OnnxModel, OnnxValue } from '@kedge/shared/model/onnx/onnx-model'
import { readOnnx } from '@kedge/shared/model/onnx/onnx-reader'
import { formatShape } from '@kedge/shared/model/tensor'
import { formatBytes } from '@kedge/shared/util/units'
import { formatTable, print, printJson, type OutputFlags } from './output.js'
import { readModelFile } from './read-model-file.js'

/** As many operators as are told by name. */
const shownOperators = 12

/** Of a value in the metadata; some exporters put whole documents there. */
const shownCharacters = 100

export function addInspectCommand(model: Command): void {
  model
    .command('inspect <file>')
    .description('what an ONNX file says about itself, and whether Kedge takes it')
    .option('--json', 'print JSON')
    .action(inspectFile)
}

async function inspectFile(file: string, flags: OutputFlags): Promise<void> {
  const bytes = await readModelFile(file)
  const refusal = attempt(() => admitModel(bytes)).refusal
  if (refusal) process.exitCode = 1
  const model = attempt(() => readOnnx(bytes)).value
  if (flags.json) return printJson({ bytes: bytes.length, ...(model && facts(model)), refusal })
  if (model) print(formatModel(model, bytes.length))
  print(
    refusal
      ? `Refused: ${refusal.message} (${refusal.code})`
      : 'Nothing speaks against it. `kedge model push` also runs it before it signs.',
  )
}

/** What is no model at all has nothing to tell; what is refused for less is shown all the same. */
function attempt<T>(read: () => T): {
  value?: T
  refusal?: { code: string; message: string }
} {
  try {
    return { value: read() }
  } catch (error) {
    return { refusal: describeError(error, 'model-not-onnx') }
  }
}

const facts = (model: OnnxModel) => ({
  ...model,
  metadata: Object.fromEntries(model.metadata),
  initializers: model.initializers.map(({ name, elementType, dims, payload }) => ({
    name,
    elementType,
    dims,
    bytes: payload?.length ?? 0,
  })),
})

function formatModel(model: OnnxModel, bytes: number): string {
  const { producer, opsets, operators, initializers, metadata } = model
  const weights = initializers.reduce((sum, { payload }) => sum + (payload?.length ?? 0), 0)
  const nodes = operators.reduce((sum, { count }) => sum + count, 0)
  const lines = [
    `${formatBytes(bytes)}, of which ${formatBytes(weights)} in ${initializers.length} tensors`,
    `by ${`${producer.name} ${producer.version}`.trim() || 'nobody named'}, IR ${model.irVersion}`,
    `opset ${opsets.map(({ domain, version }) => `${domain} ${version}`).join(', ')}`,
    `${nodes} nodes: ${formatOperators(model)}`,
    ...[...metadata].map(([key, value]) => `${key}: ${shorten(value)}`),
  ]
  const rows = [
    ...model.inputs.map((value) => ['takes', ...formatValue(value)]),
    ...model.outputs.map((value) => ['gives', ...formatValue(value)]),
  ]
  return [...lines, '', formatTable(['', 'NAME', 'TYPE', 'SHAPE'], rows), ''].join('\n')
}

const shorten = (text: string): string =>
  text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}…`

function formatOperators({ operators }: OnnxModel): string {
  const byUse = operators.toSorted((a, b) => b.count - a.count)
  const shown = byUse.slice(0, shownOperators).map(({ opType, count }) => `${count} ${opType}`)
  const left = byUse.length - shown.length
  return shown.join(', ') + (left > 0 ? `, and ${left} other operators` : '')
}

const formatValue = (value: OnnxValue): readonly [string, string, string] =>
  value.kind === 'tensor'
    ? [value.name, value.elementType, value.shape ? formatShape(value.shape) : 'any']
    : [value.name, value.kind, '-']
