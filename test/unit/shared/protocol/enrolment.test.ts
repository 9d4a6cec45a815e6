import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import {
  enrolmentProofOf,
  enrolmentRequestSchema,
  formatEnrolmentToken,
  parseEnrolmentToken,
} from '@kedge/shared/protocol/enrolment'
import { encodeUtf8, toBase64Url } from '@kedge/shared/util/bytes'
import { seededRuns } from '../../../support/seeded-runs.js'

const token = {
  url: 'https://fleet.example:8443',
  secret: 's3cr3t-s3cr3t-s3cr3t',
  root: 'cd'.repeat(32),
}
const packed = (value: unknown) => `ket_${toBase64Url(encodeUtf8(JSON.stringify(value)))}`

describe('enrolment token', () => {
  it('comes back as it was printed, also with the blanks that copying adds', () => {
    for (const one of [token, { ...token, ca: 'ab'.repeat(32) }]) {
      const text = formatEnrolmentToken(one)
      expect(text).toMatch(/^ket_[A-Za-z0-9_-]+$/)
      expect(parseEnrolmentToken(text)).toEqual(one)
      expect(parseEnrolmentToken(`  ${text}\n`)).toEqual(one)
    }
  })

  it('carries any secret of the right length', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 16, maxLength: 128 }), (secret) => {
        expect(parseEnrolmentToken(formatEnrolmentToken({ ...token, secret })).secret).toBe(secret)
      }),
      seededRuns(),
    )
  })

  it.each([
    ['nothing', ''],
    ['only its prefix', 'ket_'],
    ['another prefix', packed(token).replace('ket_', 'kat_')],
    ['half of it', packed(token).slice(0, 40)],
    ['a letter lost in the middle', packed(token).replace(/^(.{20})./, '$1')],
    ['other characters', 'ket_äöü'],
    ['no address', packed({ secret: token.secret, root: token.root })],
    ['an address that is none', packed({ ...token, url: 'fleet' })],
    ['an address of another kind', packed({ ...token, url: 'file:///etc/passwd' })],
    ['a short secret', packed({ ...token, secret: 'short' })],
    ['no trust root', packed({ ...token, root: undefined })],
    ['a trust root that is no digest', packed({ ...token, root: 'AB'.repeat(32) })],
    ['a list', packed([token])],
    ['null', packed(null)],
  ])('with %s is refused and says what to copy', (_what, text) => {
    expect(() => parseEnrolmentToken(text)).toThrow(UsageError)
    expect(() => parseEnrolmentToken(text)).toThrow(/kedge token create/)
  })
})

describe('enrolment request', () => {
  const request = {
    kind: 'agent' as const,
    secret: token.secret,
    publicKey: `${'A'.repeat(43)}=`,
    nonce: 'n'.repeat(20),
    proof: 'AAAA',
    labels: { site: 'berlin' },
  }

  it.each([
    { kind: 'server' },
    { publicKey: 'AAAA' },
    { publicKey: '%'.repeat(44) },
    { nonce: 'short' },
    { nonce: 'n'.repeat(201) },
    { proof: 'A'.repeat(101) },
    { secret: 'x'.repeat(129) },
    { labels: { site: 'a b' } },
    { labels: undefined },
  ])('is refused with %j', (change) => {
    expect(enrolmentRequestSchema.safeParse(request).success).toBe(true)
    expect(enrolmentRequestSchema.safeParse({ ...request, ...change }).success).toBe(false)
  })

  it('proves its kind, its key, its token and what it was asked, and no two alike', () => {
    const { kind, publicKey, nonce } = request
    const challenge = { nonce, fleet: 'f-1' }
    const claim = { kind, publicKey, tokenHash: 'ab', challenge }
    const proofs = [
      claim,
      { ...claim, kind: 'browser' as const },
      { ...claim, publicKey: `${'B'.repeat(43)}=` },
      { ...claim, tokenHash: 'cd' },
      { ...claim, challenge: { ...challenge, nonce: 'o'.repeat(20) } },
      { ...claim, challenge: { ...challenge, fleet: 'f-2' } },
    ].map((one) => new TextDecoder().decode(enrolmentProofOf(one)))
    expect(new Set(proofs).size).toBe(6)
  })
})
