import { readFile } from 'node:fs/promises'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { DeploymentError } from '@kedge/shared/errors/device-error'
import type { GoldenSample } from '@kedge/shared/model/golden-samples'
import { admitModel, type AdmittedModel } from '@kedge/shared/model/onnx/admission'
import type { Prediction, Tolerance } from '@kedge/shared/model/release'
import { zeroInputs } from '@kedge/shared/model/zero-inputs'
import { Seconds } from '@kedge/shared/util/units'
import { checkModel } from '../inference/check-model.js'
import { compareOutputs } from '../models/compare-outputs.js'
import { packageRelease, type PackagedRelease } from '../models/package-release.js'
import { note } from './output.js'
import { readGolden } from './read-golden.js'
import { readModelFile } from './read-model-file.js'
import { readProfile } from './read-profile.js'

/** What somebody says of a model, beside the model itself. */
export interface ModelFlags {
  readonly golden?: string
  readonly tolerance: Tolerance
  readonly profileFrom?: string
  readonly profileColumns?: readonly string[]
  readonly labels?: string
  readonly predicts?: Prediction['kind']
  readonly output?: string
  readonly unit?: string
  readonly notes?: string
  readonly hardware?: readonly string[]
}

/** A model that passed, and how it becomes a release. */
export interface CheckedModel {
  pack(name: string, version: string): Promise<PackagedRelease>
}

/** Loading and running the golden inputs together; a large model takes seconds. */
const checkDeadline = Seconds(120)

/**
 * Checks a model on this machine. Nothing leaves it.
 *
 * @throws ModelError, DeploymentError or UsageError, saying what is wrong with it
 */
export async function checkModelFile(file: string, flags: ModelFlags): Promise<CheckedModel> {
  const model = await readModelFile(file)
  const admitted = admitModel(model)
  const golden = await checkGolden(model, admitted, flags)
  const prediction = await toPrediction(admitted, flags)
  const profile = flags.profileFrom && (await profileOf(admitted, flags.profileFrom, flags))
  return {
    pack: (name, version) =>
      packageRelease(model, {
        name,
        version,
        createdAt: Date.now(),
        ...(golden.length > 0 ? { golden: { samples: golden, tolerance: flags.tolerance } } : {}),
        ...(profile ? { profile } : {}),
        ...(prediction ? { prediction } : {}),
        ...(flags.hardware === undefined ? {} : { compat: { classes: [...flags.hardware] } }),
        ...(flags.notes === undefined ? {} : { notes: flags.notes }),
      }),
  }
}

/**
 * Runs the model here on its golden inputs, or on zeros: what this machine refuses would fail on
 * every device. Where no outputs were given, those of this run become the golden ones.
 */
async function checkGolden(
  model: Uint8Array,
  admitted: AdmittedModel,
  { golden, tolerance }: ModelFlags,
): Promise<GoldenSample[]> {
  const given = golden === undefined ? [] : await readGolden(golden, admitted)
  const inputs = given.map((sample) => sample.inputs)
  const names = admitted.outputs.map(({ name }) => name)
  if (inputs.length === 0) note('no --golden: devices can only see that it runs on zeros')
  const outputs = await checkModel(
    { model, inputs: inputs.length > 0 ? inputs : [zeroInputs(admitted.inputs)], outputs: names },
    checkDeadline,
  )
  return given.map((sample, i) => {
    const seen = outputs[i] ?? {}
    const expected = sample.outputs ?? seen
    const { mismatch } = compareOutputs(seen, expected, tolerance)
    if (mismatch) {
      throw new DeploymentError(
        'golden-mismatch',
        `golden sample ${i}: ${mismatch} on this machine`,
      )
    }
    return { inputs: sample.inputs, outputs: expected }
  })
}

async function toPrediction(
  admitted: AdmittedModel,
  { labels, predicts, output, unit }: ModelFlags,
): Promise<Prediction | undefined> {
  const kind = predicts ?? (labels === undefined ? undefined : 'classes')
  const chosen = output ?? admitted.outputs[0]?.name
  if (kind === undefined || chosen === undefined) return undefined
  if (!admitted.outputs.some(({ name }) => name === chosen)) {
    const names = admitted.outputs.map(({ name }) => name).join(', ')
    throw new UsageError('usage', `the model has no output "${chosen}"; it has ${names}`)
  }
  if (kind === 'value') return { kind, output: chosen, ...(unit === undefined ? {} : { unit }) }
  if (labels === undefined) return { kind, output: chosen }
  const lines = (await readFile(labels, 'utf8')).split(/\r?\n/)
  return { kind, output: chosen, labels: lines.map((line) => line.trim()).filter(Boolean) }
}

async function profileOf({ inputs }: AdmittedModel, file: string, { profileColumns }: ModelFlags) {
  const [input, second] = inputs
  if (input === undefined || second !== undefined) {
    throw new UsageError('usage', '--profile-from is for models with one input')
  }
  return readProfile(file, input, profileColumns)
}
