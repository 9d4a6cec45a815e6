import path from 'node:path'
import { z } from 'zod'
import type { RoleKeys } from '@kedge/shared/trust/tuf/documents'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { countSchema, timestampSchema } from '@kedge/shared/util/scalars'
import type { ServerContext } from '../context.js'
import { publisherNames } from '../models/signer-of.js'
import { renewalAdvice } from './expiry.js'
import type { StoredMetadata } from './metadata-repository.js'

export const trustViewSchema = z.object({
  fleet: z.string(),
  epoch: countSchema,
  rootVersion: countSchema,
  /** Whether keys that belong on another machine can be read on the server's. */
  development: z.boolean(),
  /** How to move them off; null where none are here. */
  advice: z.string().nullable(),
  roles: z.array(
    z.object({
      role: z.string(),
      /** Null for the fleet role, which signs no metadata, and for a role that has signed nothing. */
      version: countSchema.nullable(),
      expires: timestampSchema.nullable(),
      /** What to do, once it expires within two weeks and the server cannot sign it by itself. */
      renewal: z.string().nullable(),
      threshold: countSchema,
      keys: z.array(
        z.object({
          id: z.string(),
          /** Of the publisher who is registered with it; null where nobody is. */
          name: z.string().nullable(),
          onServer: z.boolean(),
        }),
      ),
    }),
  ),
})
export type TrustView = z.infer<typeof trustViewSchema>

/** Who may sign what, until when, and which of the keys are on this machine. */
export async function viewTrust({
  clock,
  config,
  publishers,
  trust,
}: Pick<ServerContext, 'clock' | 'config' | 'publishers' | 'trust'>): Promise<TrustView> {
  const [current, here] = [await trust.current(), await trust.keys()]
  const names = await publisherNames({ publishers })
  const root = readMetadata(trust.root, 'root').signed
  const { delegations } = await trust.targets()
  const { keys, threshold } = root['x-kedge']?.fleet ?? { keys: {}, threshold: 1 }
  const roles: [string, RoleKeys][] = [
    ...Object.entries(root.roles),
    ['fleet', { keyids: Object.keys(keys), threshold }],
    ...(delegations?.roles ?? []).map((role): [string, RoleKeys] => [role.name, role]),
  ]
  const offline = [...root.roles.root.keyids, ...root.roles.targets.keyids]
  const development = offline.some((id) => here.has(id))
  return {
    fleet: trust.id,
    epoch: trust.epoch,
    rootVersion: trust.rootVersion,
    development,
    advice: development ? adviceFor(path.join(config.data, 'keys', 'offline')) : null,
    roles: roles.map(([role, { keyids, threshold: needed }]) => ({
      role,
      version: current.get(role)?.version ?? null,
      expires: current.get(role)?.expires ?? null,
      renewal: renewalOf(current.get(role), clock.now()),
      threshold: needed,
      keys: keyids.map((id) => ({ id, name: names.get(id) ?? null, onServer: here.has(id) })),
    })),
  }
}

const renewalOf = (file: StoredMetadata | undefined, now: number): string | null =>
  file ? renewalAdvice(file, now) : null

/** What the log and the console say as long as the offline keys can be read here. */
const adviceFor = (folder: string): string =>
  `development keys: whoever breaks into this machine can sign any model, for root and targets keys ` +
  `can be read in ${folder}. Move the folder to a machine of your own (mv ${folder} ELSEWHERE) and ` +
  `keep a copy; then grant models there with \`kedge key grant\`. To begin with keys that were never ` +
  `here, run \`kedge key init --out DIR\` before the first start`
