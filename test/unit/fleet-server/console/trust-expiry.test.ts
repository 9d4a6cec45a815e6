import { describe, expect, it } from 'vitest'
import { expiringRoles } from '../../../../fleet-server/console/src/parts/trust-expiry.js'

const day = 86_400_000
const now = 1_800_000_000_000

const roleThat = (role: string, expires: number | null) => ({
  role,
  version: 1,
  expires,
  threshold: 1,
  keys: [],
})

const found = (role: string, expires: number | null) =>
  expiringRoles({ roles: [roleThat(role, expires)] }, now)

describe('roles that expire', () => {
  it('are named two weeks before, with the command that signs them anew', () => {
    expect(found('root', now + 13 * day)).toMatchObject([
      { isPast: false, command: 'kedge key renew root --key ./kedge-keys/root.json' },
    ])
    expect(found('model.gesture', now - 1)).toMatchObject([
      { isPast: true, command: 'kedge model renew gesture --key PUBLISHER.json' },
    ])
    expect(found('targets', now + 15 * day)).toEqual([])
    expect(found('fleet', null)).toEqual([])
  })

  it('that the server renews are named only when it has not', () => {
    expect(found('timestamp', now + 1_000)).toEqual([])
    expect(found('timestamp', now)).toMatchObject([{ isPast: true, command: undefined }])
  })

  it('stand in the order in which they end', () => {
    const roles = [roleThat('targets', now + 2 * day), roleThat('root', now + day)]
    expect(expiringRoles({ roles }, now).map(({ role }) => role)).toEqual(['root', 'targets'])
  })
})
