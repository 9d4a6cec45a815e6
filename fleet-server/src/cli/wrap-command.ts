import { readFile, writeFile } from 'node:fs/promises'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { checkDocument, jsonCodec } from '@kedge/shared/model/document-codec'
import { admitModel, type AdmittedModel } from '@kedge/shared/model/onnx/admission'
import { formatShape } from '@kedge/shared/model/tensor'
import { zeroInputs } from '@kedge/shared/model/zero-inputs'
import { wrapModel } from '@kedge/shared/model/wrap/wrap-model'
import { wrapStepsSchema, type WrapSteps } from '@kedge/shared/model/wrap/wrap-steps'
import { Seconds } from '@kedge/shared/util/units'
import { checkModel } from '../inference/check-model.js'
import { formatTable, print } from './output.js'
import { readModelFile } from './read-model-file.js'

interface WrapFlags {
  readonly out: string
  readonly steps?: string
  readonly input?: string
  readonly image?: boolean
  readonly size?: readonly number[]
  readonly layout?: string
  readonly channels?: string
  readonly fit?: string
  readonly scale?: number
  readonly mean?: readonly number[]
  readonly std?: readonly number[]
  readonly labels?: string
  readonly output?: string
  readonly softmax?: boolean
}

const checkDeadline = Seconds(120)

const stepsHelp = `
Steps by the name of the input that they are for:
  {"inputs": {"x": {"kind": "image", "channels": "bgr", "fit": "contain"}}}
  {"inputs": {"x": {"kind": "columns", "columns": [
    {"kind": "number", "name": "age", "mean": 40, "std": 12, "missing": 40},
    {"kind": "category", "name": "site", "values": ["berlin", "oslo"]}]}}}
  {"inputs": {"x": {"kind": "audio", "frame": 512, "hop": 128, "features": "log-mel",
    "mel": {"bands": 40, "sampleRate": 16000}}},
   "labels": {"names": ["yes", "no"], "softmax": true}}`

export function addWrapCommand(model: Command): void {
  model
    .command('wrap <file>')
    .description('put preprocessing and class names into a model, for every runtime alike')
    .requiredOption('--out <file>', 'the ONNX file to write')
    .option('--image', 'take pictures: uint8, rows of pixels, any size')
    .option('--input <name>', 'the input they are for (where the model has several)')
    .option('--size <HxW>', 'size the model takes (where it does not say)', toSize)
    .addOption(new Option('--layout <order>', 'of the model (nchw)').choices(['nchw', 'nhwc']))
    .addOption(
      new Option('--channels <order>', 'of the model (rgb)').choices(['rgb', 'bgr', 'grey']),
    )
    .addOption(
      new Option('--fit <how>', 'how a picture gets that size (stretch)').choices([
        'stretch',
        'cover',
        'contain',
        'none',
      ]),
    )
    .option('--scale <n>', 'what pixels are divided by (255)', (text) => toNumbers(text)[0])
    .option('--mean <a,b,c>', 'taken off each channel then (0)', toNumbers)
    .option('--std <a,b,c>', 'what each channel is divided by then (1)', toNumbers)
    .option('--labels <file>', 'names of the classes, one a line: adds the best and its score')
    .option('--output <name>', 'the output with the scores (the first)')
    .option('--softmax', 'make probabilities of the scores')
    .option('--steps <file>', 'all steps as JSON, for columns and sound too; see below')
    .addHelpText('after', stepsHelp)
    .action(wrapFile)
}

async function wrapFile(file: string, flags: WrapFlags): Promise<void> {
  const bytes = await readModelFile(file)
  const wrapped = wrapModel(bytes, await readSteps(admitModel(bytes), flags))
  const admitted = admitModel(wrapped)
  // Shapes that do not fit are found by ONNX Runtime alone.
  await checkModel(
    {
      model: wrapped,
      inputs: [zeroInputs(admitted.inputs)],
      outputs: admitted.outputs.map(({ name }) => name),
    },
    checkDeadline,
  )
  await writeFile(flags.out, wrapped)
  print(formatValues(admitted))
}

async function readSteps(admitted: AdmittedModel, flags: WrapFlags): Promise<WrapSteps> {
  if (flags.steps !== undefined) {
    if (flags.image || flags.labels !== undefined) {
      throw new UsageError('usage', '--steps says everything; leave out --image and --labels')
    }
    return jsonCodec(wrapStepsSchema).decode(await readFile(flags.steps))
  }
  const { size, layout, channels, fit, scale, mean, std, output, softmax } = flags
  const image = { kind: 'image', size, layout, channels, fit, scale, mean, std }
  return checkDocument(wrapStepsSchema, {
    inputs: flags.image ? { [flags.input ?? onlyInput(admitted)]: image } : {},
    labels: flags.labels && { output, softmax, names: await readLines(flags.labels) },
  })
}

function onlyInput({ inputs }: AdmittedModel): string {
  const [first, second] = inputs
  if (first && !second) return first.name
  const names = inputs.map(({ name }) => name).join(', ')
  throw new UsageError('usage', `say with --input which of them takes pictures: ${names}`)
}

async function readLines(file: string): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).split(/\r?\n/)
  return lines.map((line) => line.trim()).filter(Boolean)
}

function formatValues({ inputs, outputs }: AdmittedModel): string {
  const rows = [
    ...inputs.map((spec) => ['takes', spec.name, spec.dtype, formatShape(spec.shape)]),
    ...outputs.map((spec) => ['gives', spec.name, spec.dtype, formatShape(spec.shape)]),
  ]
  return formatTable(['', 'NAME', 'TYPE', 'SHAPE'], rows)
}

function toNumbers(text: string): number[] {
  const values = text.split(',').map(Number)
  if (values.every(Number.isFinite)) return values
  throw new InvalidArgumentError(
    'write numbers with commas between them, such as 0.485,0.456,0.406',
  )
}

function toSize(text: string): number[] {
  const [, height, width] = /^(\d+)x(\d+)$/.exec(text) ?? []
  if (height === undefined) throw new InvalidArgumentError('write it like 224x224')
  return [Number(height), Number(width)]
}
