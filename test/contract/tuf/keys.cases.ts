import type { MetadataSignature, TufKey } from '@kedge/shared/trust/tuf/documents'
import { decodeUtf8, encodeUtf8 } from '@kedge/shared/util/bytes'
import type { SimulatedRepository } from '../../support/tuf/simulated-repository.js'
import { createRsaSigner, createSigner, type SignerKind } from '../../support/tuf/test-signers.js'
import type { TufCase } from './tuf-case.js'

type Signatures = readonly MetadataSignature[]

/** Serves the file with other signatures. */
function resign(
  repository: SimulatedRepository,
  name: string,
  change: (signatures: Signatures) => Signatures,
): void {
  const text = decodeUtf8(repository.files.get(name)!)
  const file = JSON.parse(text) as { signatures: Signatures; signed: object }
  const signatures = change(file.signatures)
  repository.files.set(name, encodeUtf8(JSON.stringify({ ...file, signatures })))
}

/** Gives root 2 a second key that has to sign, and nothing else. */
async function requireKey(repository: SimulatedRepository, key: Partial<TufKey>): Promise<void> {
  const signer = await createSigner()
  await repository.addKey('root', { ...signer, key: { ...signer.key, ...key } })
  repository.root.roles.root.threshold = 2
  await repository.publish('root')
}

const kinds: readonly SignerKind[] = ['ed25519', 'ecdsa', 'rsa']

export const keyCases: readonly TufCase[] = [
  ...kinds.map((kind): TufCase => {
    return {
      name: `counts signatures of ${kind} keys, and only good ones`,
      async run({ repository, client }, check) {
        await repository.addKey('root', await createSigner(kind))
        repository.root.roles.root.threshold = 2
        await repository.publish('root')
        const good = repository.files.get('2.root.json')!
        const flip = (sig: string, at: number) =>
          sig.slice(0, at) + (sig[at] === '0' ? '1' : '0') + sig.slice(at + 1)
        for (const at of [1, 3, 5, 9, 40, 120]) {
          resign(repository, '2.root.json', ([first, second]) => [
            first!,
            { ...second!, sig: flip(second!.sig, at) },
          ])
          await check.rejects(client.refresh(), 'signature-invalid')
          repository.files.set('2.root.json', good)
        }
        for (const cut of [(sig: string) => sig.slice(2), (sig: string) => `${sig}00`]) {
          resign(repository, '2.root.json', ([first, second]) => [
            first!,
            { ...second!, sig: cut(second!.sig) },
          ])
          await check.rejects(client.refresh(), 'signature-invalid')
          repository.files.set('2.root.json', good)
        }
        await client.refresh()
        check.equal(client.versions().root, 2)
      },
    }
  }),
  {
    name: 'takes RSA signatures with the longest salt, and no short RSA keys',
    async run({ repository, client }, check) {
      await repository.addKey('root', await createRsaSigner(256 - 32 - 2))
      repository.root.roles.root.threshold = 2
      await repository.publish('root')
      await client.refresh()
      check.equal(client.versions().root, 2)
      await repository.addKey('root', await createRsaSigner(32, 1024))
      repository.root.roles.root.threshold = 3
      await repository.publish('root')
      await check.rejects(client.refresh(), 'signature-invalid')
    },
  },
  ...(
    [
      ['of an unknown kind', { keytype: 'falcon' }],
      ['of an unknown scheme', { scheme: 'ed448' }],
      ['that is too short', { keyval: { public: 'abcd' } }],
      ['that is not hexadecimal', { keyval: { public: 'x'.repeat(64) } }],
      ['of an odd number of digits', { keyval: { public: 'a'.repeat(63) } }],
      ['called RSA', { keytype: 'rsa', scheme: 'rsassa-pss-sha256' }],
      ['called ECDSA', { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256' }],
      ['called ECDSA of another curve', { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp384' }],
    ] as const
  ).map(([what, key]): TufCase => {
    return {
      name: `lets a key ${what} sign nothing`,
      async run({ repository, client }, check) {
        await requireKey(repository, key)
        await check.rejects(client.refresh(), 'signature-invalid')
        check.equal(client.versions(), { root: 1 })
      },
    }
  }),
  {
    name: 'goes on beside a key of an unknown kind when enough others have signed',
    async run({ repository, client }, check) {
      await requireKey(repository, { keytype: 'falcon' })
      repository.root.roles.root.threshold = 1
      repository.root.version = 1
      await repository.publish('root')
      await client.refresh()
      check.equal(client.versions().root, 2)
    },
  },
  {
    name: 'holds to the threshold',
    async run({ repository, client }, check) {
      await repository.addKey('snapshot')
      await repository.addKey('snapshot')
      repository.root.roles.snapshot.threshold = 3
      await repository.publish('root', 'snapshot', 'timestamp')
      await client.refresh()
      repository.signers.get('snapshot')!.pop()
      await repository.publish('snapshot', 'timestamp')
      await check.rejects(client.refresh(), 'signature-invalid')
      check.equal(client.versions().snapshot, 2)
    },
  },
  {
    name: 'refuses what needs more signatures than there are keys',
    async run({ repository, client }, check) {
      await repository.addKey('snapshot')
      repository.root.roles.snapshot.threshold = 3
      await repository.publish('root', 'snapshot', 'timestamp')
      await check.rejects(client.refresh(), 'signature-invalid')
      check.equal(client.versions().snapshot, undefined)
    },
  },
  ...[0, -1, 1.5, '1', null].map((threshold): TufCase => {
    return {
      name: `refuses a root with ${JSON.stringify(threshold)} as a threshold`,
      async run({ repository, client }, check) {
        const text = decodeUtf8(repository.files.get('1.root.json')!)
        const odd = text.replaceAll('"threshold":1', `"threshold":${JSON.stringify(threshold)}`)
        repository.files.set('2.root.json', encodeUtf8(odd))
        await check.rejects(client.refresh(), 'metadata-invalid')
      },
    }
  }),
  {
    name: 'counts one key under two ids once',
    async run({ repository, client }, check) {
      const [signer] = repository.signers.get('snapshot')!
      const twins = [signer!.key, { ...signer!.key, note: 'twin' }].map((key, i) => {
        return { ...signer!, key, keyId: String(i).repeat(64) }
      })
      for (const twin of twins) await repository.addKey('snapshot', twin)
      repository.root.roles.snapshot.threshold = 2
      await repository.publish('root', 'snapshot', 'timestamp')
      await check.rejects(client.refresh(), 'signature-invalid')
    },
  },
  {
    name: 'counts one key once, however it is written',
    async run({ repository, client }, check) {
      const rsa = await createSigner('rsa')
      const ed25519 = await createSigner()
      for (const { signer, text } of [
        { signer: rsa, text: rsa.key.keyval.public.replaceAll('\n', '\r\n') },
        { signer: ed25519, text: ed25519.key.keyval.public.toUpperCase() },
      ]) {
        const again = { ...signer, key: { ...signer.key, keyval: { public: text } } }
        await repository.rotateKeys('snapshot')
        await repository.addKey('snapshot', signer)
        await repository.addKey('snapshot', { ...again, keyId: '1'.repeat(64) })
        repository.signers.set('snapshot', repository.signers.get('snapshot')!.slice(1))
        repository.root.roles.snapshot.threshold = 1
        await repository.publish('root', 'snapshot', 'timestamp')
        await client.refresh()
        repository.root.roles.snapshot.threshold = 2
        await repository.publish('root', 'snapshot', 'timestamp')
        await check.rejects(client.refresh(), 'signature-invalid')
      }
    },
  },
  {
    name: 'refuses a role that lists a key twice',
    async run({ repository, client }, check) {
      const { snapshot } = repository.root.roles
      snapshot.keyids.push(snapshot.keyids[0]!)
      await repository.publish('root')
      await check.rejects(client.refresh(), 'metadata-invalid')
    },
  },
  {
    name: 'refuses two signatures under one key id',
    async run({ repository, client }, check) {
      resign(repository, '1.snapshot.json', (signatures) => [...signatures, ...signatures])
      await check.rejects(client.refresh(), 'metadata-invalid')
      check.equal(client.versions().snapshot, undefined)
    },
  },
  {
    name: 'refuses signatures under the ids of other keys, and under none',
    async run({ repository, client }, check) {
      const good = repository.files.get('timestamp.json')!
      const other = repository.root.roles.snapshot.keyids[0]!
      for (const keyid of [other, '', '__proto__', 'constructor', 'toString']) {
        resign(repository, 'timestamp.json', ([only]) => [{ ...only!, keyid }])
        await check.rejects(client.refresh(), 'signature-invalid')
        repository.files.set('timestamp.json', good)
      }
    },
  },
  ...(['signatures', 'keyid', 'sig'] as const).map((field): TufCase => {
    return {
      name: `refuses files without ${field}`,
      async run({ repository, client }, check) {
        const text = decodeUtf8(repository.files.get('timestamp.json')!)
        repository.files.set('timestamp.json', encodeUtf8(text.replace(`"${field}"`, '"other"')))
        await check.rejects(client.refresh(), 'metadata-invalid')
      },
    }
  }),
  {
    name: 'lets a bad signature stand beside good ones',
    async run({ repository, client }, check) {
      await repository.addKey('timestamp')
      await repository.publish('root', 'timestamp')
      for (const sig of ['', 'zz', 'abc', '00'.repeat(64), 'ab'.repeat(3000)]) {
        resign(repository, 'timestamp.json', ([first, second]) => [{ ...first!, sig }, second!])
        await client.refresh()
        client.files.delete('timestamp.json')
      }
      check.equal(client.versions().root, 2)
    },
  },
  {
    name: 'refuses more signatures than any role needs',
    async run({ repository, client }, check) {
      const good = repository.files.get('timestamp.json')!
      const others = (count: number) =>
        Array.from({ length: count }, (_, i) => ({ keyid: `k${i}`, sig: '00' }))
      resign(repository, 'timestamp.json', (signatures) => [...others(63), ...signatures])
      await client.refresh()
      repository.files.set('timestamp.json', good)
      resign(repository, 'timestamp.json', (signatures) => [...others(64), ...signatures])
      await check.rejects(client.refresh(), 'metadata-invalid')
    },
  },
]
