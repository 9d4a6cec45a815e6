import { expect, it } from 'vitest'
import { OneTimeCodeRepository } from '../../../fleet-server/src/accounts/one-time-code-repository.js'
import { PasskeyRepository } from '../../../fleet-server/src/accounts/passkey-repository.js'
import { ServiceTokenRepository } from '../../../fleet-server/src/accounts/service-token-repository.js'
import { SessionRepository } from '../../../fleet-server/src/accounts/session-repository.js'
import { UserRepository } from '../../../fleet-server/src/accounts/user-repository.js'
import { describeOnDatabases } from '../../support/databases.js'

const at = 1_790_000_000_000
const user = (id: string, role: 'owner' | 'viewer' = 'viewer') => ({
  ...{ id, name: `name-of-${id}`, role, createdAt: at, passwordHash: null },
})
const session = (idHash: string, expiresAt: number) => ({
  ...{ idHash, expiresAt, createdAt: at, method: 'password' as const },
  ...{ account: 'u-1', serviceToken: null, adminTokenHash: null, provedAt: at },
})
const passkey = (id: string) => ({
  ...{ id, account: 'u-1', name: 'phone', publicKey: 'AA', counter: 1 },
  ...{ transports: ['usb' as const], createdAt: at, lastUsedAt: null },
})

describeOnDatabases('account repositories', (open) => {
  it('give a name to one person, and a person of a provider to one account', async () => {
    const users = new UserRepository((await open()).db)
    const identity = { issuer: 'https://id.example', subject: '1' }
    expect(await users.any()).toBe(false)
    expect(await users.add(user('u-1'), identity)).toBe(true)
    expect(await users.add({ ...user('u-2'), name: 'name-of-u-1' })).toBe(false)
    expect(await users.findByIdentity(identity)).toBe('u-1')
    expect(await users.findByIdentity({ ...identity, issuer: 'https://other.example' })).toBe(
      undefined,
    )
    expect(await users.find('u-1')).toMatchObject({ methods: ['oidc'], lastSeen: null })
  })

  it('keep the last owner, also when two owners end each other at once', async () => {
    const users = new UserRepository((await open()).db)
    await users.add(user('u-1', 'owner'))
    expect(await users.setRole('u-1', 'viewer')).toBe(false)
    await users.add(user('u-2', 'owner'))
    const both = await Promise.all([users.remove('u-1'), users.setRole('u-2', 'viewer')])
    expect(both.filter(Boolean)).toHaveLength(1)
    const left = await users.list('', 10)
    expect(left.filter(({ role }) => role === 'owner')).toHaveLength(1)
  })

  it('end sessions and passkeys with the account', async () => {
    const { db } = await open()
    const [users, sessions] = [new UserRepository(db), new SessionRepository(db)]
    const passkeys = new PasskeyRepository(db)
    await users.add(user('u-0', 'owner'))
    await users.add(user('u-1'))
    await sessions.add(session('a', at + 1))
    expect(await passkeys.add(passkey('p-1'))).toBe(true)
    expect(await passkeys.add(passkey('p-1'))).toBe(false)
    await passkeys.setUsed('p-1', { counter: 5, at })
    expect(await passkeys.find('p-1')).toMatchObject({ counter: 5, transports: ['usb'] })
    expect((await users.find('u-1'))?.methods).toEqual(['passkey'])
    expect(await passkeys.remove('u-0', 'p-1')).toBe(false)
    await users.remove('u-1')
    expect(await sessions.find('a')).toBeUndefined()
    expect(await passkeys.find('p-1')).toBeUndefined()
  })

  it('forget sessions that are over', async () => {
    const { db } = await open()
    const sessions = new SessionRepository(db)
    await new UserRepository(db).add(user('u-1'))
    await sessions.add(session('old', at - 1))
    await sessions.add(session('new', at + 1))
    expect(await sessions.find('old')).toBeUndefined()
    await sessions.removeOf('u-1')
    expect(await sessions.find('new')).toBeUndefined()
  })

  it('go on with a session under another id, once, and until it would have ended', async () => {
    const { db } = await open()
    const sessions = new SessionRepository(db)
    await new UserRepository(db).add(user('u-1'))
    await sessions.add(session('a', at + 9))
    const renewed = { idHash: 'b', provedAt: at + 5 }
    const both = [sessions.renew('a', renewed), sessions.renew('a', { ...renewed, idHash: 'c' })]
    expect(await Promise.all(both)).toEqual([true, false])
    expect(await sessions.find('a')).toBeUndefined()
    expect(await sessions.find('b')).toMatchObject({ ...session('b', at + 9), ...renewed })
  })

  it('hand out a code once, to one of many who ask, for its purpose and in time', async () => {
    const codes = new OneTimeCodeRepository((await open()).db)
    const code = { idHash: 'h', purpose: 'setup' as const, body: '{}', expiresAt: at + 10 }
    await codes.add(code)
    expect(await codes.take('oidc', 'h', at)).toBeUndefined()
    const asked = Array.from({ length: 5 }, () => codes.take('setup', 'h', at))
    expect((await Promise.all(asked)).filter((body) => body === '{}')).toHaveLength(1)
    await codes.add(code)
    expect(await codes.take('setup', 'h', at + 10)).toBeUndefined()
  })

  it('keep the few actions of a service token, in their order', async () => {
    const tokens = new ServiceTokenRepository((await open()).db)
    const token = {
      ...{ id: 'st-1', name: 'page', role: 'operator' as const, createdAt: at, createdBy: 'ann' },
      ...{ expiresAt: at + 1, lastUsedAt: null },
      actions: ['device.read' as const, 'browser-session.create' as const],
    }
    await tokens.add(token, 'hash')
    expect(await tokens.find('st-1')).toEqual(token)
  })

  it('keep of a service token no more than its hash', async () => {
    const tokens = new ServiceTokenRepository((await open()).db)
    const token = {
      ...{ id: 'st-1', name: 'ci', role: 'publisher' as const, createdAt: at, createdBy: 'ann' },
      ...{ expiresAt: at + 1, lastUsedAt: null },
    }
    await tokens.add(token, 'hash')
    await tokens.setUsed('st-1', at)
    expect(await tokens.findBySecretHash('hash')).toEqual({ ...token, lastUsedAt: at })
    expect(await tokens.list('', 10)).toHaveLength(1)
    expect(await tokens.remove('st-1')).toBe(true)
    expect(await tokens.remove('st-1')).toBe(false)
  })
})
