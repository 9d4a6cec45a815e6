import { beforeAll, describe, expect, it } from 'vitest'
import type { RootDocument } from '@kedge/shared/trust/tuf/documents'
import { openEnvelope } from '@kedge/shared/trust/dsse'
import { signEnvelope } from '@kedge/shared/trust/sign-envelope'
import { addSignatures, signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import { readFirstRoot } from '@kedge/shared/trust/tuf/trusted-root'
import {
  ed25519Key,
  ed25519Signer,
  envelopeKeys,
  tufKeyId,
  type TufSigner,
} from '@kedge/shared/trust/tuf/tuf-key'
import { readMetadata, verifyMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { decodeUtf8, encodeUtf8, fromHex } from '@kedge/shared/util/bytes'
import { createSigner } from '../../../../support/tuf/test-signers.js'

let alice: TufSigner
let bob: TufSigner
let carol: TufSigner
beforeAll(async () => {
  ;[alice, bob, carol] = (await Promise.all([1, 2, 3].map(() => createSigner()))) as [
    TufSigner,
    TufSigner,
    TufSigner,
  ]
})

function rootOf(...holders: TufSigner[]): RootDocument {
  const keyids = holders.map(({ keyId }) => keyId)
  const role = { keyids, threshold: 2 }
  return {
    _type: 'root',
    spec_version: '1.0.31',
    version: 1,
    expires: '2030-01-01T00:00:00Z',
    consistent_snapshot: true,
    keys: Object.fromEntries(holders.map(({ keyId, key }) => [keyId, key])),
    roles: { root: role, timestamp: role, snapshot: role, targets: role },
  }
}

describe('TUF key', () => {
  it('has the id that python-tuf derives', async () => {
    const raw = fromHex('edcd0a32a07dce33f7c7873aaffbff36d20ea30787574ead335eefd337e4dacd')
    const key = ed25519Key(raw)
    expect(key).toEqual({
      keytype: 'ed25519',
      scheme: 'ed25519',
      keyval: { public: 'edcd0a32a07dce33f7c7873aaffbff36d20ea30787574ead335eefd337e4dacd' },
    })
    expect(await tufKeyId(key)).toBe(
      '2345a90ad8d76f3677f9ad6695b0ba0b5c7b7fbf27fb0ed35fbdf7b71264a679',
    )
  })

  it('signs envelopes, as the fleet keys of a root do', async () => {
    const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
    const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
    const signer = await ed25519Signer(pair.privateKey, raw)
    const odd = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: 'zz' } }
    const other = (await createSigner('ecdsa')).key
    const keys = await envelopeKeys({ odd, other, [signer.keyId]: signer.key })
    expect(keys.map(({ id }) => id)).toEqual([signer.keyId])
    const envelope = await signEnvelope('a/type', encodeUtf8('x'), {
      id: signer.keyId,
      privateKey: pair.privateKey,
    })
    expect(await openEnvelope(envelope, 'a/type', keys)).toEqual(encodeUtf8('x'))
  })
})

describe('signed metadata', () => {
  it('is trusted when enough holders have signed', async () => {
    const file = await signMetadata(rootOf(alice, bob, carol), [alice, carol])
    const root = await readFirstRoot(file)
    expect(root).toEqual(rootOf(alice, bob, carol))
  })

  it('can be signed by one holder after another', async () => {
    const first = await signMetadata(rootOf(alice, bob), [alice])
    await expect(readFirstRoot(first)).rejects.toMatchObject({ code: 'signature-invalid' })
    const both = await addSignatures(first, 'root', [bob])
    expect((await readFirstRoot(both)).version).toBe(1)
    expect(readMetadata(both, 'root').signatures.map(({ keyid }) => keyid)).toEqual([
      alice.keyId,
      bob.keyId,
    ])
  })

  it('has one signature of a holder who signs twice', async () => {
    const once = await signMetadata(rootOf(alice, bob), [alice, bob])
    expect(readMetadata(await addSignatures(once, 'root', [alice]), 'root').signatures).toEqual([
      ...readMetadata(once, 'root').signatures.slice(1),
      ...readMetadata(once, 'root').signatures.slice(0, 1),
    ])
  })

  it('keeps the signatures of the others when one signs again beside a new one', async () => {
    const file = await signMetadata(rootOf(alice, bob, carol), [alice, bob])
    const more = readMetadata(await addSignatures(file, 'root', [alice, carol]), 'root')
    expect(more.signatures.map(({ keyid }) => keyid)).toEqual([bob.keyId, alice.keyId, carol.keyId])
  })

  it('is not signed again as something that it is not', async () => {
    const file = await signMetadata(rootOf(alice, bob), [alice])
    await expect(addSignatures(file, 'targets', [bob])).rejects.toMatchObject({
      code: 'metadata-invalid',
    })
  })

  it('covers what a reader parses: members that are undefined are left out', async () => {
    const document = { ...rootOf(alice, bob), note: undefined }
    const file = await signMetadata(document, [alice, bob])
    expect(decodeUtf8(file)).not.toContain('note')
    expect((await readFirstRoot(file)).version).toBe(1)
  })

  it('names the fleet, its epoch and the keys that direct its devices', async () => {
    const fleet = { keys: { [carol.keyId]: carol.key }, threshold: 1 }
    const extension = { fleet, fleetId: 'f-1', fleetEpoch: 3 }
    const file = await signMetadata({ ...rootOf(alice, bob), 'x-kedge': extension }, [alice, bob])
    expect((await readFirstRoot(file))['x-kedge']).toEqual({ fleet, fleetId: 'f-1', fleetEpoch: 3 })
  })

  it('says how many signatures are missing', async () => {
    const file = readMetadata(await signMetadata(rootOf(alice, bob), [alice, carol]), 'root')
    const { root } = file.signed.roles
    await expect(verifyMetadata(file, root, file.signed.keys)).rejects.toMatchObject({
      name: 'TrustError',
      code: 'signature-invalid',
      message: 'root 1 has 1 of 2 signatures it needs',
    })
  })
})
