/** What people and programs can be, from the one who may do all to those who may only look. */
export const roles = ['owner', 'admin', 'publisher', 'operator', 'viewer', 'auditor'] as const
export type Role = (typeof roles)[number]

const everyone = roles
const publishing = ['owner', 'admin', 'publisher'] as const
const operating = ['owner', 'admin', 'operator'] as const
const administering = ['owner', 'admin'] as const
const overseeing = ['owner', 'admin', 'auditor'] as const

/**
 * Who may do what: the only place that says so. Every route of the API names one of these actions,
 * and what is not named here is allowed to nobody.
 */
export const permissions = {
  'fleet.read': everyone,

  'device.read': everyone,
  'device.label': operating,
  'device.remove': operating,
  'enrolment.read': [...operating, 'auditor'],
  'enrolment.manage': operating,

  'model.read': everyone,
  'model.publish': publishing,
  'model.revoke': publishing,
  'publisher.read': everyone,
  'publisher.manage': administering,
  'trust.read': everyone,
  'trust.publish': publishing,
  'trust.manage': ['owner'],

  'rollout.read': everyone,
  'rollout.create': operating,
  'rollout.change': operating,
  'telemetry.read': everyone,

  'user.read': overseeing,
  'user.manage': administering,
  'service-token.read': overseeing,
  'service-token.manage': administering,
  'audit.read': overseeing,
} as const satisfies Record<string, readonly Role[]>

export type Action = keyof typeof permissions

/**
 * Whom a route lets in: those whose role may do the action, whoever is signed in, anybody (who comes
 * to sign in), or devices and pages of any origin, which prove themselves in the request.
 */
export type Access = Action | 'signed-in' | 'anyone' | 'device'

export const actions = Object.keys(permissions) as Action[]

export function mayDo(role: Role, action: Action): boolean {
  return (permissions[action] as readonly Role[]).includes(role)
}

export const actionsOf = (role: Role): Action[] => actions.filter((action) => mayDo(role, action))

/** Nobody makes, changes or removes what may do more than they may. */
export const mayGrant = (granter: Role, role: Role): boolean =>
  granter === 'owner' || (granter === 'admin' && role !== 'owner')
