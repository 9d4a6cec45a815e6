import { describe, expect, it } from 'vitest'
import {
  actions,
  actionsOf,
  mayDo,
  mayGrant,
  roles,
} from '../../../../fleet-server/src/accounts/permissions.js'
import { roleOf } from '../../../../fleet-server/src/accounts/oidc-role.js'

/** Passkeys are one's own, whatever one may do to others. */
const changes = actions.filter((action) => !action.endsWith('.read') && action !== 'passkey.manage')

describe('roles', () => {
  it('let an owner do everything', () => {
    expect(actionsOf('owner')).toEqual(actions)
  })

  it('let viewers and auditors change nothing', () => {
    for (const action of changes) {
      expect(mayDo('viewer', action), action).toBe(false)
      expect(mayDo('auditor', action), action).toBe(false)
    }
  })

  it('keep those who publish from sending, and those who send from publishing', () => {
    expect(mayDo('publisher', 'rollout.create')).toBe(false)
    expect(mayDo('operator', 'model.publish')).toBe(false)
    expect(mayDo('admin', 'trust.manage')).toBe(false)
  })

  it('let nobody give more than they have', () => {
    const granters = roles.filter((role) => roles.some((given) => mayGrant(role, given)))
    expect(granters).toEqual(['owner', 'admin'])
    expect(mayGrant('admin', 'owner')).toBe(false)
    expect(mayGrant('owner', 'owner')).toBe(true)
  })
})

describe('role of an OpenID account', () => {
  const map = { roleClaim: 'groups', roles: { ops: 'operator', boss: 'admin' } as const }

  it.each([
    ['the highest of its groups', { groups: ['ops', 'boss', 'other'] }, map, 'admin'],
    ['a claim that is one text', { groups: 'ops' }, map, 'operator'],
    ['none by unknown groups', { groups: ['other'] }, map, undefined],
    ['none without the claim', {}, map, undefined],
    ['none by the name of a role when there is a map', { groups: ['owner'] }, map, undefined],
    [
      'the role of that name without a map',
      { groups: ['viewer'] },
      { ...map, roles: {} },
      'viewer',
    ],
    [
      'what is inside an object',
      { realm_access: { roles: ['auditor'] } },
      { roleClaim: 'realm_access.roles', roles: {} },
      'auditor',
    ],
    ['none by names every object has', { groups: ['constructor'] }, map, undefined],
    ['none by a path every object has', {}, { ...map, roleClaim: 'constructor.name' }, undefined],
  ])('is %s', (...[, claims, config, role]) => {
    expect(roleOf(claims, config)).toBe(role)
  })
})
