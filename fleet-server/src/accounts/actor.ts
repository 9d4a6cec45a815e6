import { z } from 'zod'
import { mayDo, roles, type Action, type Role } from './permissions.js'

export const roleSchema = z.enum(roles)

/** How somebody proved who they are. */
export const signInMethods = ['password', 'passkey', 'oidc', 'token', 'setup', 'none'] as const
export type SignInMethod = (typeof signInMethods)[number]

/** Who asks: a person, or a program by its token. */
export interface Actor {
  readonly kind: 'user' | 'token'
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly method: SignInMethod
  /** The only actions that a token may do, of those of its role; absent for all of them. */
  readonly actions?: readonly Action[]
  /** Hash of the id of the session, where a cookie said who asks. */
  readonly session?: string
  /** When the holder of the session last proved who they are, in ms since the epoch. */
  readonly provedAt?: number
}

export const may = ({ role, actions }: Actor, action: Action): boolean =>
  mayDo(role, action) && (actions === undefined || actions.includes(action))

/** A request as business functions and the audit trail see it. */
export interface Visit {
  readonly actor?: Actor
  /** Address of the other end of the socket. */
  readonly ip: string
  readonly requestId: string
}

/** The token kept in DATA/admin-token or given at the start: a program with every right. */
export const adminTokenId = 'admin-token'
