import { toHex } from '@kedge/shared/util/bytes'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { Hours } from '@kedge/shared/util/units'
import type { AccountParts } from './account-parts.js'
import type { Visit } from './actor.js'
import { hashPassword } from './password.js'
import { entryOf } from './record-visit.js'
import { hashOf, newSecret } from './secret.js'
import { beginSession, userActor, type BegunSession } from './sessions.js'
import { admit, refuseSignIn } from './sign-in.js'

const codeLife = Hours(24)

/**
 * A code by which the first account is made, for the link that is printed at the start; undefined
 * once there is an account. There is no password that everybody knows before it is changed.
 */
export async function issueSetupCode(parts: AccountParts): Promise<string | undefined> {
  const { codes, users } = parts.accounts
  await codes.removeAll('setup')
  if (await users.any()) return undefined
  const code = newSecret(parts.entropy)
  await codes.add({
    idHash: hashOf(code),
    purpose: 'setup',
    body: '{}',
    expiresAt: parts.clock.now() + codeLife,
  })
  return code
}

export interface SetupRequest {
  readonly code: string
  readonly name: string
  readonly password: string
}

/**
 * Makes the first account, an owner, and signs it in.
 *
 * @throws UsageError `conflict` once there is an account, `unauthorized` without a valid code
 */
export async function setUp(
  parts: AccountParts,
  visit: Visit,
  { code, name, password }: SetupRequest,
): Promise<BegunSession> {
  const { attempts, codes, users } = parts.accounts
  attempts.check(visit.ip)
  if (await users.any()) throw new UsageError('conflict', 'this server is set up already; sign in')
  // Made before the code is taken: a flood that is refused must not spend it.
  const passwordHash = await hashPassword(password)
  const now = parts.clock.now()
  if ((await codes.take('setup', hashOf(code), now)) === undefined) {
    await refuseSignIn(parts, visit, { method: 'setup' })
    throw new UsageError(
      'unauthorized',
      'this setup link is used or expired; restart the server to get a new one',
    )
  }
  const id = `u-${toHex(parts.entropy.bytes(6))}`
  // Before it is made, so that there is no account of which the trail does not tell.
  const owner = { kind: 'user', id, name, role: 'owner', method: 'setup' } as const
  const what = { action: 'user.setup', object: `users/${id}` }
  await parts.accounts.audit.append(entryOf({ ...visit, actor: owner }, what))
  const isNew = await users.add({ id, name, role: 'owner', passwordHash, createdAt: now })
  const actor = isNew ? await userActor(parts, id, 'setup') : undefined
  if (actor === undefined) throw new UsageError('conflict', `there is a user ${name} already`)
  return admit(parts, visit, await beginSession(parts, { account: id }, actor))
}
