import { beforeAll, describe, expect, it } from 'vitest'
import {
  openEnvelope,
  payloadTypes,
  signEnvelope,
  type Envelope,
  type Signer,
  type TrustedKey,
} from '@kedge/shared/trust/dsse'
import { createKeyFile, importPublicKey, importSigner } from '@kedge/shared/trust/keys'
import { encodeUtf8, fromBase64, toBase64, toBase64Url } from '@kedge/shared/util/bytes'

const type = payloadTypes.report
const payload = encodeUtf8('{"model":"gesture"}')

interface Party {
  readonly signer: Signer
  readonly trusted: TrustedKey
  readonly publicKey: string
}

async function createParty(name: string): Promise<Party> {
  const file = await createKeyFile(name)
  const trusted = await importPublicKey({ id: file.id, key: file.publicKey })
  return { signer: await importSigner(file), trusted, publicKey: file.publicKey }
}

let alice: Party
let bob: Party
let signed: Envelope
beforeAll(async () => {
  alice = await createParty('alice')
  bob = await createParty('bob')
  signed = await signEnvelope(type, payload, alice.signer)
})

const refused = { name: 'TrustError', code: 'signature-invalid' }

describe('envelope', () => {
  it("signs what the specification's test vector says", async () => {
    // github.com/secure-systems-lab/dsse, protocol.md, "Test Vectors"
    const vector = 'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
    const sig = await crypto.subtle.sign('Ed25519', alice.signer.privateKey, encodeUtf8(vector))
    const envelope = {
      payloadType: 'http://example.com/HelloWorld',
      payload: 'aGVsbG8gd29ybGQ=',
      signatures: [{ sig: toBase64(new Uint8Array(sig)) }],
    }
    const opened = openEnvelope(envelope, envelope.payloadType, [alice.trusted])
    expect(await opened).toEqual(encodeUtf8('hello world'))
    const ours = await signEnvelope(envelope.payloadType, encodeUtf8('hello world'), alice.signer)
    // Ed25519 is deterministic, so equal signed bytes give equal signatures.
    expect(ours.signatures[0]!.sig).toBe(envelope.signatures[0]!.sig)
  })

  it('gives the signed bytes to whoever trusts the key', async () => {
    expect(await openEnvelope(signed, type, [bob.trusted, alice.trusted])).toEqual(payload)
  })

  it('is refused by whoever trusts only other keys, or none', async () => {
    await expect(openEnvelope(signed, type, [bob.trusted])).rejects.toMatchObject(refused)
    await expect(openEnvelope(signed, type, [])).rejects.toMatchObject(refused)
  })

  it('is refused as another type, even when it claims that type', async () => {
    await expect(openEnvelope(signed, payloadTypes.desired, [alice.trusted])).rejects.toMatchObject(
      refused,
    )
    const relabelled = { ...signed, payloadType: payloadTypes.desired }
    await expect(
      openEnvelope(relabelled, payloadTypes.desired, [alice.trusted]),
    ).rejects.toMatchObject(refused)
  })

  it('is refused when any bit of the payload has changed', async () => {
    for (let bit = 0; bit < payload.length * 8; bit++) {
      const altered = payload.slice()
      altered[bit >> 3]! ^= 1 << (bit & 7)
      const envelope = { ...signed, payload: toBase64(altered) }
      await expect(openEnvelope(envelope, type, [alice.trusted])).rejects.toMatchObject(refused)
    }
  })

  it('does not depend on its key ids, for nobody signs those', async () => {
    const { sig } = signed.signatures[0]!
    for (const signature of [{ sig }, { sig, keyid: bob.signer.id }, { sig, keyid: 'x' }]) {
      const envelope = { ...signed, signatures: [signature] }
      expect(await openEnvelope(envelope, type, [alice.trusted])).toEqual(payload)
    }
  })

  it('is good when one of several signatures is', async () => {
    const [mine] = signed.signatures
    const [other] = (await signEnvelope(type, payload, bob.signer)).signatures
    const broken = { sig: toBase64(new Uint8Array(64)) }
    for (const signatures of [
      [mine!, other!, broken],
      [broken, other!, mine!],
      [{ sig: '%%%' }, mine!],
      [{ sig: 'AAAA' }, mine!],
    ]) {
      expect(await openEnvelope({ ...signed, signatures }, type, [alice.trusted])).toEqual(payload)
    }
  })

  it('is read in either alphabet of base64', async () => {
    // DSSE, protocol.md: "Either standard or URL-safe encoding is allowed."
    const bytes = Uint8Array.of(0xfb, 0xff, 0xfe, 0x3e)
    const { signatures } = await signEnvelope(type, bytes, alice.signer)
    const envelope = {
      payloadType: type,
      payload: toBase64Url(bytes),
      signatures: signatures.map(({ sig }) => ({ sig: toBase64Url(fromBase64(sig)) })),
    }
    expect(await openEnvelope(envelope, type, [alice.trusted])).toEqual(bytes)
  })

  it.each<[string, (envelope: Envelope) => Envelope]>([
    ['no signature', (envelope) => ({ ...envelope, signatures: [] })],
    ['a payload that is not base64', (envelope) => ({ ...envelope, payload: '%%%' })],
    ['a signature that is not base64', (envelope) => ({ ...envelope, signatures: [{ sig: '%' }] })],
    ['an empty signature', (envelope) => ({ ...envelope, signatures: [{ sig: '' }] })],
    ['a short signature', (envelope) => ({ ...envelope, signatures: [{ sig: 'AAAA' }] })],
    [
      'a long signature',
      (envelope) => ({
        ...envelope,
        signatures: [{ sig: toBase64(new Uint8Array(65)) }],
      }),
    ],
  ])('with %s is refused', async (_what, alter) => {
    await expect(openEnvelope(alter(signed), type, [alice.trusted])).rejects.toMatchObject(refused)
  })

  describe('that takes two signatures', () => {
    const sign = async (...parties: Party[]): Promise<Envelope> => {
      const signatures = parties.map(async ({ signer }) => {
        return (await signEnvelope(type, payload, signer)).signatures
      })
      return { ...signed, signatures: (await Promise.all(signatures)).flat() }
    }
    const quorum = (...keys: TrustedKey[]) => ({ keys, threshold: 2 })

    it('is good when two of the keys have signed', async () => {
      const trusted = quorum(alice.trusted, bob.trusted)
      expect(await openEnvelope(await sign(bob, alice), type, trusted)).toEqual(payload)
      expect(await openEnvelope(await sign(alice, alice, bob), type, trusted)).toEqual(payload)
    })

    it('is refused when one key has signed twice', async () => {
      const trusted = quorum(alice.trusted, bob.trusted)
      for (const envelope of [signed, await sign(alice, alice)]) {
        await expect(openEnvelope(envelope, type, trusted)).rejects.toMatchObject(refused)
      }
    })

    it('is refused when one key is trusted under two ids', async () => {
      const twin = await importPublicKey({ id: 'another', key: alice.publicKey })
      const trusted = quorum(alice.trusted, twin)
      const [{ sig }] = signed.signatures as [{ sig: string }]
      const signatures = [
        { sig, keyid: alice.signer.id },
        { sig, keyid: 'another' },
      ]
      await expect(openEnvelope({ ...signed, signatures }, type, trusted)).rejects.toMatchObject(
        refused,
      )
    })

    it('is refused when there are fewer keys than that', async () => {
      await expect(
        openEnvelope(await sign(alice, bob), type, quorum(alice.trusted)),
      ).rejects.toMatchObject(refused)
    })
  })

  it('is refused unsigned even when nobody asks for a signature', async () => {
    const nobody = { keys: [alice.trusted], threshold: 0 }
    await expect(openEnvelope({ ...signed, signatures: [] }, type, nobody)).rejects.toMatchObject(
      refused,
    )
  })

  it('may hold nothing', async () => {
    const empty = await signEnvelope(type, new Uint8Array(), alice.signer)
    expect(await openEnvelope(empty, type, [alice.trusted])).toEqual(new Uint8Array())
  })
})
