import { payloadTypes } from '@kedge/shared/protocol/envelope'
import { openEnvelope, type Envelope, type Quorum, type TrustedKey } from '@kedge/shared/trust/dsse'
import { signEnvelope } from '@kedge/shared/trust/sign-envelope'
import { encodeUtf8, fromBase64, toBase64, toBase64Url } from '@kedge/shared/util/bytes'
import type { Contract } from './describe-contract.js'
import type { ContractCase } from './contract.js'
import { payload, type, type EnvelopeSubject, type Party } from './envelope-subject.js'
import { hostileJsonCases } from './hostile-json.cases.js'

type EnvelopeCase = ContractCase<EnvelopeSubject>
type Signatures = Envelope['signatures']

/** The one signature that Alice made. */
const only = ({ signatures }: Envelope): Signatures[number] => signatures[0]!

const signedBy = async (...parties: Party[]): Promise<Envelope> => {
  const [first, ...others] = await Promise.all(
    parties.map(({ signer }) => signEnvelope(type, payload, signer)),
  )
  return { ...first!, signatures: [first!, ...others].map(only) }
}

/** FAULTS S6, for a reader who trusts Alice: what the signatures are made, and whether it is good. */
const signatureTable: readonly (readonly [
  string,
  (subject: EnvelopeSubject) => Signatures,
  'good'?,
])[] = [
  ['no signature', () => []],
  ['an empty signature', () => [{ sig: '' }]],
  [
    'an empty signature under the right key id',
    ({ alice }) => [{ sig: '', keyid: alice.signer.id }],
  ],
  ['a signature that is not base64', () => [{ sig: '%%%' }]],
  ['a signature too short', () => [{ sig: 'AAAA' }]],
  ['a signature too long', () => [{ sig: toBase64(new Uint8Array(65)) }]],
  ['a signature of zeros', () => [{ sig: toBase64(new Uint8Array(64)) }]],
  ['a good signature without a key id', ({ signed }) => [{ sig: only(signed).sig }], 'good'],
  [
    "a good signature under another's key id",
    ({ signed, bob }) => [{ sig: only(signed).sig, keyid: bob.signer.id }],
    'good',
  ],
  [
    "a good signature under nobody's key id",
    ({ signed }) => [{ sig: only(signed).sig, keyid: 'x' }],
    'good',
  ],
  [
    'a bad and a good signature under one key id',
    ({ signed }) => [{ ...only(signed), sig: 'AAAA' }, only(signed)],
    'good',
  ],
  [
    'an unreadable signature before a good one',
    ({ signed }) => [{ sig: '%' }, only(signed)],
    'good',
  ],
  [
    'a good signature in the alphabet of URLs',
    ({ signed }) => [{ sig: toBase64Url(fromBase64(only(signed).sig)) }],
    'good',
  ],
  [
    'a good signature with something behind it',
    ({ signed }) => [{ sig: toBase64(Uint8Array.of(...fromBase64(only(signed).sig), 0)) }],
  ],
]

const signatureCases = signatureTable.map(([what, make, good]): EnvelopeCase => {
  return {
    name: `S6: ${what} ${good ? 'is enough' : 'is refused'}`,
    async run(subject, check) {
      const envelope = { ...subject.signed, signatures: make(subject) }
      const opened = openEnvelope(envelope, type, [subject.alice.trusted])
      if (good) check.equal(await opened, payload)
      else await check.rejects(opened, 'signature-invalid')
    },
  }
})

/** FAULTS S6, where it takes two of the keys: whose signatures there are, and whether it is good. */
const quorumTable: readonly (readonly [
  string,
  (subject: EnvelopeSubject) => Promise<readonly [Envelope, readonly TrustedKey[]]>,
  'good'?,
])[] = [
  ['two keys', async (s) => [await signedBy(s.bob, s.alice), both(s)], 'good'],
  [
    'two keys, one of them twice',
    async (s) => [await signedBy(s.alice, s.alice, s.bob), both(s)],
    'good',
  ],
  ['one key', async (s) => [await signedBy(s.alice), both(s)]],
  ['one key twice', async (s) => [await signedBy(s.alice, s.alice), both(s)]],
  [
    'one key under two key ids',
    ({ alice, signed }) => {
      const twice = [only(signed), { ...only(signed), keyid: alice.twin.id }]
      return Promise.resolve([{ ...signed, signatures: twice }, [alice.trusted, alice.twin]])
    },
  ],
  [
    'two keys, only one of them trusted',
    async (s) => [await signedBy(s.alice, s.bob), [s.alice.trusted]],
  ],
]

const both = ({ alice, bob }: EnvelopeSubject) => [alice.trusted, bob.trusted]

const quorumCases = quorumTable.map(([what, make, good]): EnvelopeCase => {
  return {
    name: `S6: ${what} ${good ? 'is enough' : 'is refused'} where two must sign`,
    async run(subject, check) {
      const [envelope, keys] = await make(subject)
      const opened = openEnvelope(envelope, type, { keys, threshold: 2 })
      if (good) check.equal(await opened, payload)
      else await check.rejects(opened, 'signature-invalid')
    },
  }
})

const otherCases: readonly EnvelopeCase[] = [
  {
    name: "signs what the specification's test vector says",
    async run({ alice }, check) {
      // github.com/secure-systems-lab/dsse, protocol.md, "Test Vectors"
      const vector = 'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
      const sig = await crypto.subtle.sign('Ed25519', alice.signer.privateKey, encodeUtf8(vector))
      const envelope = {
        payloadType: 'http://example.com/HelloWorld',
        payload: 'aGVsbG8gd29ybGQ=',
        signatures: [{ keyid: alice.signer.id, sig: toBase64(new Uint8Array(sig)) }],
      }
      const text = encodeUtf8('hello world')
      check.equal(await openEnvelope(envelope, envelope.payloadType, [alice.trusted]), text)
      // Ed25519 is deterministic, so equal signed bytes give equal signatures.
      check.equal(await signEnvelope(envelope.payloadType, text, alice.signer), envelope)
    },
  },
  {
    name: 'counts the bytes of a type, not its characters',
    async run({ alice }, check) {
      // PAE: "LEN(s) = ASCII decimal encoding of the byte length of s".
      const pae = encodeUtf8('DSSEv1 3 é! 2 ab')
      const sig = await crypto.subtle.sign('Ed25519', alice.signer.privateKey, pae)
      const { signatures } = await signEnvelope('é!', encodeUtf8('ab'), alice.signer)
      check.equal(signatures[0]!.sig, toBase64(new Uint8Array(sig)))
    },
  },
  {
    name: 'gives the signed bytes to whoever trusts the key, among others',
    async run({ alice, bob, signed }, check) {
      check.equal(await openEnvelope(signed, type, [bob.trusted, alice.trusted]), payload)
    },
  },
  {
    name: 'is refused by whoever trusts only other keys, or none',
    async run({ bob, signed }, check) {
      await check.rejects(openEnvelope(signed, type, [bob.trusted]), 'signature-invalid')
      await check.rejects(openEnvelope(signed, type, []), 'signature-invalid')
    },
  },
  {
    name: 'S6: another payloadType is refused, and so is the payload under that type',
    async run({ alice, signed }, check) {
      const keys = [alice.trusted]
      const { time } = payloadTypes
      await check.rejects(openEnvelope(signed, time, keys), 'signature-invalid')
      const relabelled = { ...signed, payloadType: time }
      await check.rejects(openEnvelope(relabelled, time, keys), 'signature-invalid')
      await check.rejects(openEnvelope(relabelled, type, keys), 'signature-invalid')
    },
  },
  {
    name: 'is refused when any bit of the payload has changed',
    async run({ alice, signed }, check) {
      for (let bit = 0; bit < payload.length * 8; bit++) {
        const altered = payload.slice()
        altered[bit >> 3]! ^= 1 << (bit & 7)
        const envelope = { ...signed, payload: toBase64(altered) }
        await check.rejects(openEnvelope(envelope, type, [alice.trusted]), 'signature-invalid')
      }
    },
  },
  {
    name: 'S6: a payload that is not base64 is refused, and one in the alphabet of URLs is read',
    async run({ alice, signed }, check) {
      const bad = openEnvelope({ ...signed, payload: '%%%' }, type, [alice.trusted])
      await check.rejects(bad, 'signature-invalid')
      // DSSE, protocol.md: "Either standard or URL-safe encoding is allowed."
      const bytes = Uint8Array.of(0xfb, 0xff, 0xfe, 0x3e)
      const { signatures } = await signEnvelope(type, bytes, alice.signer)
      for (const text of [toBase64(bytes), toBase64Url(bytes)]) {
        const envelope = { payloadType: type, payload: text, signatures }
        check.equal(await openEnvelope(envelope, type, [alice.trusted]), bytes)
      }
    },
  },
  {
    name: 'S6: what nobody has signed is refused where nobody has to sign',
    async run({ alice, signed }, check) {
      const nobody: Quorum = { keys: [alice.trusted], threshold: 0 }
      const unsigned = { ...signed, signatures: [] }
      await check.rejects(openEnvelope(unsigned, type, nobody), 'signature-invalid')
    },
  },
  {
    name: 'may hold nothing',
    async run({ alice }, check) {
      const empty = await signEnvelope(type, new Uint8Array(), alice.signer)
      check.equal(await openEnvelope(empty, type, [alice.trusted]), new Uint8Array())
    },
  },
]

export const envelopeCases = {
  'what is signed': otherCases,
  'stripped signatures': [...signatureCases, ...quorumCases],
  'strict JSON': hostileJsonCases,
}

/** What DSSE promises of an envelope (protocol.md), in Node and in a page. */
export const envelopeContract: Contract<EnvelopeSubject> = {
  port: 'an envelope',
  cases: Object.values(envelopeCases).flat(),
}
