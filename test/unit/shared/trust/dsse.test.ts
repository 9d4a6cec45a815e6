import { describe, expect, it } from 'vitest'
import { envelopeSchema, payloadTypes } from '@kedge/shared/protocol/envelope'
import { openEnvelope } from '@kedge/shared/trust/dsse'
import { signEnvelope } from '@kedge/shared/trust/sign-envelope'
import { createKeyFile, importPublicKey, importSigner } from '@kedge/shared/trust/keys'
import { encodeUtf8 } from '@kedge/shared/util/bytes'

// What an envelope promises is in test/contract/envelope.suite.ts, for pages too.

const sig = 'A'.repeat(88)
const envelope = { payloadType: payloadTypes.desired, payload: '', signatures: [{ sig }] }
const fits = (change: object) => envelopeSchema.safeParse({ ...envelope, ...change }).success

describe('the document of an envelope', () => {
  it.each([
    ['payloadType', { payloadType: 'x'.repeat(200) }, { payloadType: 'x'.repeat(201) }],
    ['payload', { payload: 'A'.repeat(1_500_000) }, { payload: 'A'.repeat(1_500_001) }],
    [
      'signatures',
      { signatures: new Array(16).fill({ sig }) },
      { signatures: new Array(17).fill({ sig }) },
    ],
    [
      'key id',
      { signatures: [{ sig, keyid: 'k'.repeat(200) }] },
      { signatures: [{ sig, keyid: 'k'.repeat(201) }] },
    ],
    [
      'signature',
      { signatures: [{ sig: 'A'.repeat(1_000) }] },
      { signatures: [{ sig: 'A'.repeat(1_001) }] },
    ],
  ])('has a longest %s', (_what, longest, longer) => {
    expect(fits(longest)).toBe(true)
    expect(fits(longer)).toBe(false)
  })

  it.each(['payloadType', 'payload', 'signatures'])('needs %s', (field) => {
    expect(fits({})).toBe(true)
    expect(fits({ [field]: undefined })).toBe(false)
  })

  it('needs a text in every signature', () => {
    expect(fits({ signatures: [{ keyid: 'k' }] })).toBe(false)
  })
})

describe('the refusal of an envelope', () => {
  it('says of which type it is, and how many signatures are missing', async () => {
    const [alice, bob] = [await createKeyFile('alice'), await createKeyFile('bob')]
    const keys = await Promise.all(
      [alice, bob].map(({ id, publicKey }) => importPublicKey({ id, key: publicKey })),
    )
    const signed = await signEnvelope('a/type', encodeUtf8('x'), await importSigner(alice))
    await expect(openEnvelope(signed, 'b/type', keys)).rejects.toThrow(
      /^the envelope holds a\/type, not b\/type$/,
    )
    await expect(openEnvelope(signed, 'a/type', { keys, threshold: 2 })).rejects.toThrow(
      /^1 of the 2 trusted keys have signed this a\/type; it takes 2$/,
    )
    await expect(openEnvelope({ ...signed, payload: '%' }, 'a/type', keys)).rejects.toMatchObject({
      message: 'the envelope is not valid base64',
    })
  })
})

describe('payload types', () => {
  it('are those of the documents that are signed, each of its own', () => {
    expect(payloadTypes).toEqual({
      desired: 'application/vnd.kedge.desired.v1+json',
      report: 'application/vnd.kedge.report.v1+json',
      time: 'application/vnd.kedge.time.v1+json',
    })
  })
})
