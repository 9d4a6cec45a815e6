import { z } from 'zod'
import {
  countSchema,
  hardwareClassSchema,
  modelNameSchema,
  sha256Schema,
  timestampSchema,
  versionSchema,
} from '../util/scalars.js'
import { jsonCodec } from './document-codec.js'
import { dtypes } from './tensor.js'

const fileRoles = ['model', 'golden', 'profile'] as const

/** A protobuf message is smaller than 2 GiB, and so is every ONNX model. */
export const maxFileBytes = 2 ** 31 - 1

/** One file of a release: its digest is its name everywhere, `index` says which chunks make it. */
export const releaseFileSchema = z.object({
  path: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'must be a plain file name'),
  role: z.enum(fileRoles),
  length: countSchema,
  sha256: sha256Schema,
  index: sha256Schema,
})
export type ReleaseFile = z.infer<typeof releaseFileSchema>

export const tensorSpecSchema = z.object({
  name: z.string().max(256),
  dtype: z.enum(dtypes),
  shape: z.array(z.union([z.number().int().nonnegative(), z.string().max(128), z.null()])).max(16),
})

/** What an output means, so that it can be counted and compared with a label. */
export const predictionSchema = z.discriminatedUnion('kind', [
  /** The output holds one score a class; the largest wins. `labels` names the classes in order. */
  z.object({
    kind: z.literal('classes'),
    output: z.string(),
    labels: z.array(z.string().max(128)).max(10_000).optional(),
  }),
  /** The output holds one number, in `unit`. */
  z.object({ kind: z.literal('value'), output: z.string(), unit: z.string().max(32).optional() }),
])
export type Prediction = z.infer<typeof predictionSchema>

/** What ONNX Runtime must be able to do to run the file. */
export const requirementsSchema = z.object({
  opsets: z.record(z.string(), countSchema),
  operators: z.array(z.string().max(128)).max(2_000),
})

/** The same model in another form; a device takes the first that it can run. */
export const variantSchema = z.object({
  name: z.string().max(64),
  precision: z.string().max(32),
  /** Execution providers it is made for; empty means any. */
  providers: z.array(z.string().max(32)).max(16),
  requires: requirementsSchema,
  /** `path` of its model file. */
  file: z.string(),
})
export type Variant = z.infer<typeof variantSchema>

/** How far outputs on the golden samples may be from theirs: |a - b| <= absolute + relative * |b|. */
export const toleranceSchema = z.object({
  absolute: z.number().nonnegative(),
  relative: z.number().nonnegative(),
})
export type Tolerance = z.infer<typeof toleranceSchema>

const releaseFieldsSchema = z.object({
  schema: z.literal('kedge.release/1'),
  model: modelNameSchema,
  version: versionSchema,
  createdAt: timestampSchema,
  notes: z.string().max(4_000).optional(),
  inputs: z.array(tensorSpecSchema).min(1).max(256),
  outputs: z.array(tensorSpecSchema).min(1).max(256),
  prediction: predictionSchema.optional(),
  variants: z.array(variantSchema).min(1).max(16),
  files: z.array(releaseFileSchema).min(1).max(64),
  golden: z.object({ file: z.string(), tolerance: toleranceSchema }).optional(),
  profile: z.string().optional(),
  /** What it may run on; absent for anything. */
  compat: z.object({ classes: z.array(hardwareClassSchema).min(1).max(64) }).optional(),
  /** Results of the publisher's own evaluation, by metric name: `accuracy`, `mae`, … */
  metrics: z.record(z.string().max(64), z.number()).optional(),
  lineage: z
    .object({
      run: z.string().max(128).optional(),
      dataset: z.string().max(256).optional(),
      sourceCommit: z.string().max(64).optional(),
    })
    .optional(),
})
type ReleaseFields = z.infer<typeof releaseFieldsSchema>

/** Everything a publisher says about one version of a model. Signed; what it names is named by digest. */
export const releaseSchema = releaseFieldsSchema.superRefine((release, context) => {
  for (const { path, message } of danglingNames(release)) {
    context.addIssue({ code: 'custom', path, message })
  }
})
export type Release = z.infer<typeof releaseSchema>

export const releaseCodec = jsonCodec(releaseSchema)

/** Which bytes a device is to run: the digest and length of a signed release envelope. */
export const releaseRefSchema = z.object({
  model: modelNameSchema,
  version: versionSchema,
  sha256: sha256Schema,
  length: countSchema,
})
export type ReleaseRef = z.infer<typeof releaseRefSchema>

type Dangling = { readonly path: (string | number)[]; readonly message: string }

/** Names in a release that stand for nothing in it: a device would find out only at the end. */
function* danglingNames(release: ReleaseFields): Generator<Dangling> {
  const { files, variants, golden, profile, prediction, outputs } = release
  const isListed = (path: string, role: ReleaseFile['role']) =>
    files.some((file) => file.path === path && file.role === role)
  const missing = (path: string, role: string) => `no file of role ${role} is named ${path}`
  for (const [i, { path }] of files.entries()) {
    // Some file systems do not tell `A` from `a`.
    const isTwin = (file: ReleaseFile) => file.path.toLowerCase() === path.toLowerCase()
    const isSecond = files.findIndex(isTwin) < i
    if (isSecond) yield { path: ['files', i, 'path'], message: 'another file has this name' }
  }
  for (const [i, { file }] of variants.entries()) {
    if (!isListed(file, 'model'))
      yield { path: ['variants', i, 'file'], message: missing(file, 'model') }
  }
  if (golden && !isListed(golden.file, 'golden'))
    yield { path: ['golden', 'file'], message: missing(golden.file, 'golden') }
  if (profile !== undefined && !isListed(profile, 'profile'))
    yield { path: ['profile'], message: missing(profile, 'profile') }
  if (prediction && !outputs.some(({ name }) => name === prediction.output))
    yield { path: ['prediction', 'output'], message: `there is no output ${prediction.output}` }
}
