import { z } from 'zod'
import { modelNameSchema, countSchema, timestampSchema, versionSchema } from '../util/scalars.js'

/** The delegated role whose keys may sign releases of a model. */
export const modelRole = (model: string): string => `model.${model}`

/** The targets a model's role may name: shell patterns, in which `*` does not match `/`. */
export const modelPaths = (model: string): string => `models/${model}/*/release.json`

/** The target under which a release is signed. */
export const releasePath = ({ model, version }: { model: string; version: string }): string =>
  `models/${model}/${version}/release.json`

/** Which release a target is; undefined for a target that is none. */
export function parseReleasePath(path: string): { model: string; version: string } | undefined {
  const [, model, version] = /^models\/([^/]+)\/([^/]+)\/release\.json$/.exec(path) ?? []
  const parsed = z
    .object({ model: modelNameSchema, version: versionSchema })
    .safeParse({ model, version })
  return parsed.data
}

/** What Kedge adds to a target (TUF 4.5, `custom`). */
export const releaseCustomSchema = z.object({
  kedge: z.object({
    /** Greater with every release of a model; floors are set by it. */
    counter: countSchema.min(1),
    createdAt: timestampSchema,
    /** Why the publisher took it back. */
    revoked: z.string().max(1_000).optional(),
  }),
})
export type ReleaseCustom = z.infer<typeof releaseCustomSchema>
