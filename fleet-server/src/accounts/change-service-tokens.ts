import { toHex } from '@kedge/shared/util/bytes'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { AccountParts } from './account-parts.js'
import type { Actor } from './actor.js'
import { mayGrant } from './permissions.js'
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
  { name, role, ttlS }: ServiceTokenRequest,
): Promise<IssuedServiceToken> {
  if (!mayGrant(by.role, role)) {
    throw new UsageError('forbidden', `${by.role} may not make a token of the role ${role}`)
  }
  const token = serviceTokenPrefix + newSecret(entropy)
  const createdAt = clock.now()
  const record = {
    id: `st-${toHex(entropy.bytes(6))}`,
    name,
    role,
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
  if (!mayGrant(by.role, token.role)) {
    throw new UsageError('forbidden', `${by.role} may not revoke a token of the role ${token.role}`)
  }
  await accounts.serviceTokens.remove(id)
}
