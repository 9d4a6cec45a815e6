import type { AuditLog } from '../audit/audit-log.js'
import type { AttemptLimits } from './attempt-limits.js'
import type { OidcProvider } from './oidc-provider.js'
import type { OneTimeCodeRepository } from './one-time-code-repository.js'
import type { PasskeyRepository } from './passkey-repository.js'
import type { ServiceTokenRepository } from './service-token-repository.js'
import type { SessionRepository } from './session-repository.js'
import type { UserRepository } from './user-repository.js'

/** What is needed to know who asks. */
export interface Accounts {
  readonly users: UserRepository
  readonly sessions: SessionRepository
  readonly serviceTokens: ServiceTokenRepository
  readonly passkeys: PasskeyRepository
  readonly codes: OneTimeCodeRepository
  readonly attempts: AttemptLimits
  readonly audit: AuditLog
  readonly adminToken: AdminToken
  /** Undefined where people have no accounts elsewhere. */
  readonly oidc: OidcProvider | undefined
}

export interface AdminToken {
  /** In a time that says nothing about how close it was. */
  matches(token: string): boolean
  /** Sessions that it began end when it is changed. */
  readonly hash: string
}
