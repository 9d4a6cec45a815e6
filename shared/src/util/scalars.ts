import { z } from 'zod'

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
export const deviceIdPattern = /^[a-z0-9][a-z0-9._-]{0,63}$/
export const deviceIdSchema = z.string().regex(deviceIdPattern, 'must be a device id')
/** Lower case, so that a name is one name on every file system and in every topic. */
export const modelNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens')
/** Semantic Versioning 2.0.0 without build metadata. */
export const versionSchema = z
  .string()
  .max(64)
  .regex(
    /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/,
    'must be a semantic version such as 1.4.0',
  )
/** Hardware that runs the same releases: `linux-arm64`, or a name that an operator gave. */
export const hardwareClassSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be lower-case letters, digits, dots and hyphens')
/** Milliseconds since the Unix epoch. */
export const timestampSchema = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
export const countSchema = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
/** Facts an operator selects devices by: `site=berlin`. */
export const labelsSchema = z.record(
  z.string().regex(/^[a-z0-9]([a-z0-9._/-]{0,61}[a-z0-9])?$/i),
  z
    .string()
    .max(63)
    .regex(/^[\w.-]*$/),
)
export type Labels = z.infer<typeof labelsSchema>
export const base64Schema = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, 'must be base64')
