import type { TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import type { TufSubject } from '../../support/tuf/tuf-client.js'
import { topLevelRoles, type SimulatedRepository } from '../../support/tuf/simulated-repository.js'
import { createSigner } from '../../support/tuf/test-signers.js'
import type { TufCase } from './tuf-case.js'

type RoleName = 'root' | 'timestamp' | 'snapshot' | 'targets'

/** Keys of a role by letter, how many must sign, and which do. */
interface Step {
  readonly keys: string
  readonly threshold: number
  readonly signers: string
}

const step = (text: string): Step => {
  const [keys, threshold, signers] = text.split(' ') as [string, string, string]
  return { keys, threshold: Number(threshold), signers }
}

/** Sequences of roots, one a string: `keys threshold signers`. The first is the one that is trusted. */
const rootSequences: readonly { what: string; steps: readonly string[]; refused?: true }[] = [
  { what: 'a new key, signed by the old one and itself', steps: ['a 1 a', 'b 1 ab', 'b 1 b'] },
  { what: 'a new key among signatures of strangers', steps: ['a 1 xay', 'b 1 xbay', 'b 1 xby'] },
  { what: 'any three of five', steps: ['abcde 3 ace', 'abcde 3 aeb', 'abcde 3 bcd'] },
  { what: 'one of five replaced', steps: ['abcde 3 ace', 'abdef 3 aeb'] },
  {
    what: 'one of five replaced, in two steps',
    steps: ['abcde 3 ace', 'abdef 3 acef', 'abdef 3 aef'],
  },
  { what: 'all of five replaced', steps: ['abcde 3 ace', 'fghij 3 acefgh', 'fghij 3 fgh'] },
  { what: 'a higher threshold', steps: ['abc 1 a', 'abc 2 ab'] },
  { what: 'a higher threshold with a new key', steps: ['a 1 a', 'ab 2 ab'] },
  { what: 'a lower threshold', steps: ['abc 2 ab', 'abc 1 ab', 'abc 1 c'] },
  { what: 'a new key without the old one', steps: ['a 1 a', 'b 1 bxy'], refused: true },
  { what: 'all keys lost and replaced', steps: ['abc 2 ab', 'def 2 def'], refused: true },
  { what: 'a new key that has not signed', steps: ['a 1 a', 'b 1 axy'], refused: true },
  { what: 'too few of the new keys', steps: ['abcde 3 ace', 'abdef 3 ace'], refused: true },
  { what: 'too few of the old keys', steps: ['abcde 3 ace', 'abdef 3 aef'], refused: true },
  { what: 'a higher threshold that is not met', steps: ['abc 1 a', 'abc 2 b'], refused: true },
  { what: 'a lower threshold, signed by fewer', steps: ['abc 2 ab', 'abc 1 a'], refused: true },
  { what: 'a removed key that signs on', steps: ['ab 1 a', 'b 1 ab', 'b 1 a'], refused: true },
]

const roleSteps: readonly { what: string; step: string; refused?: true }[] = [
  { what: 'a new key', step: 'b 1 b' },
  { what: 'its key among strangers', step: 'a 1 xay' },
  { what: 'a new key that has not signed', step: 'b 1 axy', refused: true },
  { what: 'three of five', step: 'abcde 3 aeb' },
  { what: 'three others of five', step: 'abcde 3 cde' },
  { what: 'three, one of them a stranger', step: 'abdef 3 ace', refused: true },
  { what: 'two where three must', step: 'abdef 3 ae', refused: true },
]

/** Signers by letter, the same ones for the same letters. */
function lettered(): (letters: string) => Promise<TufSigner[]> {
  const known = new Map<string, Promise<TufSigner>>()
  const find = (letter: string) => {
    const signer = known.get(letter) ?? createSigner()
    known.set(letter, signer)
    return signer
  }
  return (letters) => Promise.all([...letters].map(find))
}

async function assign(
  repository: SimulatedRepository,
  role: RoleName,
  { keys, signers }: { keys: readonly TufSigner[]; signers: readonly TufSigner[] },
): Promise<void> {
  repository.root.roles[role].keyids.length = 0
  for (const key of keys) await repository.addKey(role, key)
  repository.signers.set(role, [...signers])
}

async function applyStep(
  { repository }: TufSubject,
  role: RoleName,
  { find, text }: { find: ReturnType<typeof lettered>; text: string },
): Promise<void> {
  const { keys, threshold, signers } = step(text)
  await assign(repository, role, { keys: await find(keys), signers: await find(signers) })
  repository.root.roles[role].threshold = threshold
}

const rootCases = rootSequences.map(({ what, steps, refused }): TufCase => {
  return {
    name: `S7: ${refused ? 'refuses' : 'follows'} roots with ${what}`,
    async run(subject, check) {
      const { repository, client } = subject
      const find = lettered()
      repository.root.version = 0
      for (const text of steps) {
        await applyStep(subject, 'root', { find, text })
        await repository.publish('root')
      }
      client.trust('1.root.json')
      if (refused) await check.rejects(client.refresh(), 'signature-invalid')
      else await client.refresh()
      check.equal(client.versions().root, refused ? steps.length - 1 : steps.length)
    },
  }
})

const roleCases = (['timestamp', 'snapshot', 'targets'] as const).flatMap((role) =>
  roleSteps.map(({ what, step: text, refused }): TufCase => {
    return {
      name: `${refused ? 'refuses' : 'takes'} a ${role} signed by ${what}`,
      async run(subject, check) {
        const { repository, client } = subject
        await applyStep(subject, role, { find: lettered(), text })
        await repository.publish('root', 'targets', 'snapshot', 'timestamp')
        if (refused) await check.rejects(client.refresh(), 'signature-invalid')
        else await client.refresh()
        check.equal(client.versions()[role], refused ? undefined : 2)
      },
    }
  }),
)

export const rotationCases: readonly TufCase[] = [
  ...rootCases,
  ...roleCases,
  {
    name: 'S7: follows three hundred roots, the last two hundred after having been away',
    async run({ repository, client }, check) {
      const signers = await Promise.all(Array.from({ length: 12 }, () => createSigner()))
      let before: readonly TufSigner[] = repository.signers.get('root')!
      for (let version = 2; version <= 300; version++) {
        // Keys and thresholds change all the time, and those of the online roles at times.
        const count = 1 + (version % 5)
        const keys = signers.map((_, i) => signers[(version + i) % 12]!).slice(0, count)
        await assign(repository, 'root', { keys, signers: [...new Set([...before, ...keys])] })
        repository.root.roles.root.threshold = 1 + (version % count)
        if (version % 75 === 0) await repository.rotateKeys('snapshot')
        await repository.publish('root')
        if (version % 75 === 0) await repository.publish('snapshot', 'timestamp')
        if (version === 100) await client.refresh()
        before = keys
      }
      check.equal(client.versions().root, 100)
      await client.refresh()
      check.equal(client.versions(), { root: 300, timestamp: 5, snapshot: 5, targets: 1 })
    },
  },
  {
    name: 'S7: with all root keys lost, begins anew with another root that is brought by hand',
    async run({ repository, client }, check) {
      await client.refresh()
      for (const role of topLevelRoles) await repository.rotateKeys(role)
      for (const role of topLevelRoles) repository.documentOf(role).version = 0
      await repository.publish('root', 'targets', 'snapshot', 'timestamp')
      repository.files.set('2.root.json', repository.files.get('1.root.json')!)
      await check.rejects(client.refresh(), 'signature-invalid')
      repository.files.delete('2.root.json')
      client.trust('1.root.json')
      await client.refresh()
      check.equal(client.files.get('timestamp.json'), repository.files.get('timestamp.json'))
      check.equal(client.versions(), { root: 1, timestamp: 1, snapshot: 1, targets: 1 })
    },
  },
  {
    name: 'takes as many roots in one refresh as the limit says, and the rest in the next',
    async run({ repository, client }, check) {
      for (let version = 2; version <= 11; version++) await repository.publish('root')
      client.limits = { rootRotations: 6 }
      await client.refresh()
      check.equal(client.versions().root, 7)
      await client.refresh()
      check.equal(client.versions().root, 11)
    },
  },
  {
    name: 'S7: skips no root: stops at a gap',
    async run({ repository, client }, check) {
      for (let version = 2; version <= 5; version++) await repository.publish('root')
      repository.files.delete('4.root.json')
      await client.refresh()
      check.equal(client.versions().root, 3)
    },
  },
  {
    name: 'S7: refuses an old root in place of the next',
    async run({ repository, client }, check) {
      await repository.publish('root')
      repository.files.set('2.root.json', repository.files.get('1.root.json')!)
      await check.rejects(client.refresh(), 'root-out-of-order')
      check.equal(client.versions(), { root: 1 })
    },
  },
  {
    name: 'takes lower versions again when the keys of timestamp have been replaced',
    async run({ repository, client }, check) {
      repository.timestamp.version = 99
      await repository.publish('timestamp')
      await client.refresh()
      await repository.rotateKeys('timestamp')
      repository.timestamp.version = 0
      await repository.publish('root', 'timestamp')
      await client.refresh()
      check.equal(client.versions(), { root: 2, timestamp: 1, snapshot: 1, targets: 1 })
    },
  },
  {
    name: 'takes lower snapshots again when the keys of snapshot alone have been replaced',
    async run({ repository, client }, check) {
      repository.snapshot.version = 99
      await repository.publish('snapshot', 'timestamp')
      await client.refresh()
      await repository.rotateKeys('snapshot')
      repository.snapshot.version = 0
      await repository.publish('root', 'snapshot', 'timestamp')
      await client.refresh()
      check.equal(client.versions(), { root: 2, timestamp: 3, snapshot: 1, targets: 1 })
    },
  },
  {
    name: 'takes lower snapshots and targets again when the keys of timestamp alone were replaced',
    async run({ repository, client }, check) {
      repository.snapshot.version = repository.targets.version = 99
      await repository.publish('targets', 'snapshot', 'timestamp')
      await client.refresh()
      await repository.rotateKeys('timestamp')
      repository.snapshot.version = repository.targets.version = 0
      await repository.publish('root', 'targets', 'snapshot', 'timestamp')
      await client.refresh()
      check.equal(client.versions(), { root: 2, timestamp: 3, snapshot: 1, targets: 1 })
    },
  },
  {
    name: 'follows roots that name keys they do not have',
    async run({ repository, client }, check) {
      repository.root.roles.timestamp.keyids.push('0'.repeat(64))
      await repository.publish('root')
      await repository.publish('root')
      await client.refresh()
      check.equal(client.versions().root, 3)
    },
  },
  {
    name: 'takes lower targets again, and fewer roles, when the keys of snapshot have been replaced',
    async run({ repository, client }, check) {
      await repository.delegate('targets', { name: 'delegated' })
      repository.targets.version = 99
      await repository.publish('delegated', 'targets', 'snapshot', 'timestamp')
      await client.refresh()
      await repository.rotateKeys('snapshot')
      repository.targets.version = 0
      delete repository.snapshot.meta['delegated.json']
      await repository.publish('root', 'targets', 'snapshot', 'timestamp')
      await client.refresh()
      check.equal(client.versions().targets, 1)
    },
  },
  {
    name: 'still refuses lower versions when a role has got one more key',
    async run({ repository, client }, check) {
      const first = repository.files.get('timestamp.json')!
      await repository.publish('timestamp')
      await client.refresh()
      await repository.addKey('timestamp')
      await repository.publish('root')
      repository.files.set('timestamp.json', first)
      await check.rejects(client.refresh(), 'metadata-rollback')
    },
  },
  {
    name: 'S7: forgets timestamp and snapshot with the stolen key of either, though another key signed them too',
    async run({ repository, client }, check) {
      const stolen = await repository.addKey('timestamp')
      repository.timestamp.version = 99
      await repository.publish('root', 'timestamp')
      await client.refresh()
      const { timestamp } = repository.root.roles
      timestamp.keyids = timestamp.keyids.filter((id) => id !== stolen.keyId)
      repository.signers.get('timestamp')!.pop()
      repository.timestamp.version = 0
      await repository.publish('root', 'timestamp')
      await client.refresh()
      check.equal(client.versions(), { root: 3, timestamp: 1, snapshot: 1, targets: 1 })
    },
  },
  {
    name: 'trusts what is stored only while its role still has the key',
    async run({ repository, client }, check) {
      await client.refresh()
      await repository.rotateKeys('targets')
      await repository.publish('root')
      await check.rejects(client.refresh(), 'signature-invalid')
      repository.targets.version = 0
      await repository.publish('targets')
      await client.refresh()
      check.equal(client.versions().targets, 1)
    },
  },
]
