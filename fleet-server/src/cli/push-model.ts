import { readFile } from 'node:fs/promises'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { DeploymentError } from '@kedge/shared/errors/device-error'
import type { GoldenSample } from '@kedge/shared/model/golden-samples'
import { admitModel, type AdmittedModel } from '@kedge/shared/model/onnx/admission'
import type { Prediction, Tolerance } from '@kedge/shared/model/release'
import { zeroInputs } from '@kedge/shared/model/zero-inputs'
import { importSigner } from '@kedge/shared/trust/keys'
import { formatBytes, Seconds } from '@kedge/shared/util/units'
import { checkModel } from '../inference/check-model.js'
import { compareOutputs } from '../models/compare-outputs.js'
import { packageRelease, type ReleaseFacts } from '../models/package-release.js'
import { answer, connect, type Client, type Connection } from './client.js'
import { readKey } from './key-commands.js'
import { nextVersion } from './next-version.js'
import { note, print, printJson, type OutputFlags } from './output.js'
import { readGolden } from './read-golden.js'
import { readProfile } from './read-profile.js'
import { registerPublisher } from './register-publisher.js'
import { uploadRelease } from './upload-release.js'

export interface PushFlags extends OutputFlags, Connection {
  readonly name: string
  readonly key: string
  readonly version?: string
  readonly golden?: string
  readonly tolerance: Tolerance
  readonly profileFrom?: string
  readonly profileColumns?: readonly string[]
  readonly labels?: string
  readonly predicts?: Prediction['kind']
  readonly output?: string
  readonly unit?: string
  readonly notes?: string
}

/** Loading and running the golden inputs together; a large model takes seconds. */
const checkDeadline = Seconds(120)

/** Checks a model here, then uploads what is new of it and publishes it. */
export async function pushModel(file: string, flags: PushFlags): Promise<void> {
  const client = connect(flags)
  const key = await readKey(flags.key)
  const model = await readModel(file)
  const admitted = admitModel(model)
  const golden = await checkGolden(model, admitted, flags)
  const prediction = await toPrediction(admitted, flags)
  const profile = flags.profileFrom && (await profileOf(admitted, flags.profileFrom, flags))
  if (await registerPublisher(client, key)) note(`added ${key.name} (${key.id}) as a publisher`)
  const facts: ReleaseFacts = {
    name: flags.name,
    version: flags.version ?? (await freeVersion(client, flags.name)),
    createdAt: Date.now(),
    ...(golden.length > 0 ? { golden: { samples: golden, tolerance: flags.tolerance } } : {}),
    ...(profile ? { profile } : {}),
    ...(prediction ? { prediction } : {}),
    ...(flags.notes === undefined ? {} : { notes: flags.notes }),
  }
  const packaged = await packageRelease(model, facts, await importSigner(key))
  const showProgress = process.stderr.isTTY
  const uploaded = await uploadRelease(client, packaged, ({ sentBytes, newBytes }) => {
    if (!showProgress) return
    process.stderr.write(`\ruploading ${formatBytes(sentBytes)} of ${formatBytes(newBytes)}  `)
  })
  if (showProgress && uploaded.newBytes > 0) process.stderr.write('\n')
  const { release, newBytes, totalBytes } = uploaded
  if (flags.json) return printJson(release)
  print(
    `${release.model}@${release.version}: ${formatBytes(newBytes)} of ${formatBytes(totalBytes)} ` +
      `were new; release ${release.sha256.slice(0, 12)}`,
  )
}

async function readModel(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new UsageError('usage', `cannot read ${file}; give the path of an .onnx file`, { cause })
  }
}

/**
 * Runs the model here on its golden inputs, or on zeros: what this machine refuses would fail on
 * every device. Where no outputs were given, those of this run become the golden ones.
 */
async function checkGolden(
  model: Uint8Array,
  admitted: AdmittedModel,
  { golden, tolerance }: PushFlags,
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
  { labels, predicts, output, unit }: PushFlags,
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

async function profileOf({ inputs }: AdmittedModel, file: string, { profileColumns }: PushFlags) {
  const [input, second] = inputs
  if (input === undefined || second !== undefined) {
    throw new UsageError('usage', '--profile-from is for models with one input')
  }
  return readProfile(file, input, profileColumns)
}

async function freeVersion(client: Client, name: string): Promise<string> {
  const response = await client.models[':name'].$get({ param: { name } })
  if ((response.status as number) === 404) return nextVersion(null)
  return nextVersion((await answer(Promise.resolve(response))).latest)
}
