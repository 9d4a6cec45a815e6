import { randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { createKeyFile, keyFileSchema, type KeyFile } from '@kedge/shared/trust/keys'
import { writeFileAtomically } from '../files/write-file-atomically.js'
import type { ServerConfig } from './config.js'
import type { ServerEnvironment } from './env.js'

export interface ServerSecrets {
  readonly adminToken: string
  /** Signs how the audit trail stands. */
  readonly auditKey: KeyFile
  /** Proves this server to the OpenID provider; absent for a public client. */
  readonly oidcClientSecret?: string
  /** Of the S3-compatible store, where there is one. */
  readonly s3?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

const ownerOnly = 0o600

/**
 * Reads the secrets, making those that do not exist yet: they stay on disk, readable by the owner.
 *
 * @throws UsageError when a secret is missing that cannot be made, or a file of one is damaged
 */
export async function loadSecrets(
  config: ServerConfig,
  environment: ServerEnvironment,
): Promise<ServerSecrets> {
  // Device keys' names and token hashes are nobody else's business either.
  await mkdir(config.data, { recursive: true, mode: 0o700 })
  const adminToken = environment.adminToken ?? (await keptAdminToken(config.data))
  if (adminToken === '') {
    throw new UsageError('usage', '--admin-token (KEDGE_ADMIN_TOKEN) must not be empty')
  }
  const auditKey = await keptKey(config.data, 'audit')
  const { oidcClientSecret } = environment
  return {
    adminToken,
    auditKey,
    ...(oidcClientSecret === undefined ? {} : { oidcClientSecret }),
    ...toS3(config, environment),
  }
}

async function keptAdminToken(data: string): Promise<string> {
  const file = path.join(data, 'admin-token')
  const kept = await readIfThere(file)
  if (kept !== undefined) return kept.trim()
  const token = `kat_${randomBytes(32).toString('base64url')}`
  await writeFileAtomically(file, `${token}\n`, ownerOnly)
  return token
}

async function keptKey(data: string, name: 'audit'): Promise<KeyFile> {
  const file = path.join(data, 'keys', `${name}.json`)
  const kept = await readIfThere(file)
  if (kept === undefined) {
    const key = await createKeyFile(name)
    await writeFileAtomically(file, `${JSON.stringify(key, null, 2)}\n`, ownerOnly)
    return key
  }
  try {
    return keyFileSchema.parse(JSON.parse(kept))
  } catch (cause) {
    // Another would be trusted by nobody who kept checkpoints.
    throw new UsageError('usage', `${file} is damaged; restore it from a backup`, { cause })
  }
}

function toS3(config: ServerConfig, environment: ServerEnvironment): Pick<ServerSecrets, 's3'> {
  if (config.blobs.kind !== 's3') return {}
  const { awsAccessKeyId: accessKeyId, awsSecretAccessKey: secretAccessKey } = environment
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new UsageError(
      'usage',
      'an s3:// store needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment',
    )
  }
  return { s3: { accessKeyId, secretAccessKey } }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
