/** Tables of people, programs and what they did. */
export interface AccountTables {
  account: AccountTable
  accountIdentity: AccountIdentityTable
  passkey: PasskeyTable
  serviceToken: ServiceTokenTable
  signInSession: SignInSessionTable
  oneTimeCode: OneTimeCodeTable
  audit: AuditTable
  auditIntent: AuditIntentTable
}

interface AccountTable {
  id: string
  name: string
  role: string
  passwordHash: string | null
  createdAt: number
  lastSeen: number | null
}

/** Who an account is to an OpenID provider. */
interface AccountIdentityTable {
  issuer: string
  subject: string
  account: string
}

interface PasskeyTable {
  id: string
  account: string
  name: string
  publicKey: string
  counter: number
  transports: string
  createdAt: number
  lastUsedAt: number | null
}

interface ServiceTokenTable {
  id: string
  secretHash: string
  name: string
  role: string
  /** JSON list of the only actions it may do; null for all that its role may. */
  actions: string | null
  createdAt: number
  createdBy: string
  expiresAt: number
  lastUsedAt: number | null
}

/** Exactly one of account, service token and admin token says whose it is. */
interface SignInSessionTable {
  idHash: string
  account: string | null
  serviceToken: string | null
  adminTokenHash: string | null
  method: string
  createdAt: number
  expiresAt: number
  /** When its holder last proved who they are; 0 for never, as far as we know. */
  provedAt: number
}

interface OneTimeCodeTable {
  idHash: string
  purpose: string
  body: string
  expiresAt: number
}

interface AuditTable {
  n: number
  prevHash: string
  at: number
  actorKind: string
  actorId: string
  actorName: string
  method: string
  ip: string
  action: string
  object: string
  before: string | null
  after: string | null
  requestId: string
  hash: string
}

/** A change that was asked for, until the trail says what came of it. */
interface AuditIntentTable {
  id: string
  at: number
  /** The entry as it is written should nobody live to say more. */
  body: string
}
