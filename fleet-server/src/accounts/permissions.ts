/** What people and programs can be, from the one who may do all to those who may only look. */
export const roles = ['owner', 'admin', 'publisher', 'operator', 'viewer', 'auditor'] as const
export type Role = (typeof roles)[number]

const everyone = roles
const publishing = ['owner', 'admin', 'publisher'] as const
const operating = ['owner', 'admin', 'operator'] as const
const administering = ['owner', 'admin'] as const
const overseeing = ['owner', 'admin', 'auditor'] as const

interface Permission {
  readonly roles: readonly Role[]
  /**
   * Whether a session has to have proved itself within the last minutes: always, or only when the
   * request is `large`, which its route tells.
   */
  readonly stepUp?: 'always' | 'large'
}

/**
 * Who may do what: the only place that says so. Every route of the API names one of these actions,
 * and what is not named here is allowed to nobody.
 */
export const permissions = {
  'fleet.read': { roles: everyone },

  'device.read': { roles: everyone },
  'device.label': { roles: operating },
  'device.remove': { roles: operating, stepUp: 'large' },
  'enrolment.read': { roles: [...operating, 'auditor'] },
  'enrolment.manage': { roles: operating },
  'browser-session.create': { roles: operating },

  'model.read': { roles: everyone },
  'model.publish': { roles: publishing },
  'model.revoke': { roles: publishing },
  'publisher.read': { roles: everyone },
  'publisher.manage': { roles: administering, stepUp: 'always' },
  'trust.read': { roles: everyone },
  'trust.publish': { roles: publishing },
  'trust.manage': { roles: ['owner'], stepUp: 'always' },

  'rollout.read': { roles: everyone },
  'rollout.create': { roles: operating, stepUp: 'large' },
  'rollout.change': { roles: operating },
  'telemetry.read': { roles: everyone },

  'passkey.manage': { roles: everyone, stepUp: 'always' },
  'user.read': { roles: overseeing },
  'user.manage': { roles: administering, stepUp: 'always' },
  'service-token.read': { roles: overseeing },
  'service-token.manage': { roles: administering, stepUp: 'always' },
  'audit.read': { roles: overseeing },
} as const satisfies Record<string, Permission>

export type Action = keyof typeof permissions

/**
 * Whom a route lets in: those whose role may do the action, whoever is signed in, anybody (who comes
 * to sign in), or devices and pages of any origin, which prove themselves in the request.
 */
export type Access = Action | 'signed-in' | 'anyone' | 'device'

export const actions = Object.keys(permissions) as Action[]

export function mayDo(role: Role, action: Action): boolean {
  return (permissions[action].roles as readonly Role[]).includes(role)
}

/** When an action needs a session that has proved itself lately. */
export const stepUpOf = (access: Access): Permission['stepUp'] =>
  Object.hasOwn(permissions, access)
    ? (permissions as Record<string, Permission>)[access]?.stepUp
    : undefined

export const actionsOf = (role: Role): Action[] => actions.filter((action) => mayDo(role, action))

/** Nobody makes, changes or removes what may do more than they may. */
export const mayGrant = (granter: Role, role: Role): boolean =>
  granter === 'owner' || (granter === 'admin' && role !== 'owner')
