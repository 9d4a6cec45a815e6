import { describe, expect, it } from 'vitest'
import {
  checkPassword,
  hashPassword,
  hashWithScrypt,
} from '../../../../fleet-server/src/accounts/password.js'

describe('password', () => {
  it.each([
    ['Argon2id', hashPassword, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/],
    ['scrypt', hashWithScrypt, /^\$scrypt\$ln=15,r=8,p=3\$/],
  ])('is known again by its %s hash, and no other is', async (_, hash, form) => {
    const kept = await hash('correct horse battery staple')
    expect(kept).toMatch(form)
    expect(kept).not.toContain('correct')
    expect(await hash('correct horse battery staple')).not.toBe(kept)
    expect(await checkPassword('correct horse battery staple', kept)).toBe(true)
    expect(await checkPassword('correct horse battery stapler', kept)).toBe(false)
  })

  it('is not hashed for everybody at once, which would take all memory', async () => {
    const flood = Array.from({ length: 12 }, () => hashPassword('a flood of sign-ins'))
    const results = await Promise.allSettled(flood)
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(4)
    const refused = results.find(({ status }) => status === 'rejected') as PromiseRejectedResult
    expect(refused.reason).toMatchObject({ code: 'rate-limited' })
  })
})
