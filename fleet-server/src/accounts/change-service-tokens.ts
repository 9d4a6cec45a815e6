import { toHex } from '@kedge/shared/util/bytes'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { AccountParts } from './account-parts.js'
import type { Actor } from './actor.js'
import { mayDo } from './permissions.js'
import { requireGrant } from './require-grant.js'
import { hashOf, newSecret } from './secret.js'
import {
  serviceTokenPrefix,
  type IssuedServiceToken,
  type ServiceTokenRequest,
} from './service-token.js'

/** Makes a program's token; only its hash is kept. @throws UsageError `forbidden` */
export async function createServiceToken(
  { accounts, clock, entropy }: AccountParts,
  by: Actor,
  { name, role, actions, ttlS }: ServiceTokenRequest,
): Promise<IssuedServiceToken> {
  requireGrant(by, role)
  const excess = actions?.find((action) => !mayDo(role, action))
  if (excess !== undefined) {
    throw new UsageError(
      'usage',
      `the role ${role} does not allow ${excess}, so no token of it can`,
    )
  }
  const token = serviceTokenPrefix + newSecret(entropy)
  const createdAt = clock.now()
  const record = {
    id: `st-${toHex(entropy.bytes(6))}`,
    name,
    role,
    ...(actions && { actions }),
    createdAt,
    createdBy: by.name,
    expiresAt: createdAt + ttlS * 1_000,
    lastUsedAt: null,
  }
  await accounts.serviceTokens.add(record, hashOf(token))
  return { ...record, token }
}

/** Its sessions end with it. @throws UsageError `not-found`, `forbidden` */
export async function revokeServiceToken(
  { accounts }: AccountParts,
  by: Actor,
  id: string,
): Promise<void> {
  const token = await accounts.serviceTokens.find(id)
  if (token === undefined) throw new UsageError('not-found', `there is no service token ${id}`)
  requireGrant(by, token.role)
  await accounts.serviceTokens.remove(id)
}
