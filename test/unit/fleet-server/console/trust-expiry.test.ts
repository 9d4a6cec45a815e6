import { describe, expect, it } from 'vitest'
import { renewalAdvice } from '../../../../fleet-server/src/trust/expiry.js'
import { expiringRoles } from '../../../../fleet-server/console/src/parts/trust-expiry.js'

const day = 86_400_000
const now = 1_800_000_000_000

const roleThat = (role: string, expires: number) => ({
  role,
  expires,
  renewal: renewalAdvice({ role, expires }, now),
})

describe('roles that expire', () => {
  it('are told with the command that signs them anew, the first to expire first', () => {
    const roles = [roleThat('model.gesture', now + 2 * day), roleThat('root', now - day)]
    expect(expiringRoles(roles, now)).toMatchObject([
      { role: 'root', isPast: true, command: 'kedge key renew root --key KEY' },
      { role: 'model.gesture', isPast: false, command: 'kedge model renew gesture --key KEY' },
    ])
  })

  it('are silent while there is time, and where nothing expires', () => {
    const never = { role: 'fleet', expires: null, renewal: null }
    expect(expiringRoles([roleThat('targets', now + 15 * day), never], now)).toEqual([])
  })

  it('that the server renews are named only when it has not', () => {
    expect(expiringRoles([roleThat('timestamp', now + 1_000)], now)).toEqual([])
    const [late] = expiringRoles([roleThat('timestamp', now)], now)
    expect(late?.command).toBeUndefined()
    expect(late?.says).toContain('has not: look at its log')
  })
})
