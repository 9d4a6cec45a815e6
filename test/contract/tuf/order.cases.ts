import { after } from '../../support/tuf/simulated-repository.js'
import type { TufCase } from './tuf-case.js'

const later = Date.UTC(2030, 0, 19)

/** Expiry (freeze), versions (rollback, fast-forward), hashes (mix and match). */
export const orderCases: readonly TufCase[] = [
  {
    name: 'takes an expired root that follows, and then nothing else',
    async run({ repository, client }, check) {
      await client.refresh()
      repository.root.expires = after(-1)
      await repository.publish('root', 'targets', 'snapshot', 'timestamp')
      await check.rejects(client.refresh(), 'metadata-expired')
      check.equal(client.versions(), { root: 2, timestamp: 1, snapshot: 1, targets: 1 })
    },
  },
  ...(
    [
      ['timestamp', { root: 1, timestamp: 1, snapshot: 1, targets: 1 }],
      ['snapshot', { root: 1, timestamp: 2, snapshot: 1, targets: 1 }],
      ['targets', { root: 1, timestamp: 2, snapshot: 2, targets: 1 }],
    ] as const
  ).map(([role, trusted]): TufCase => {
    return {
      name: `does not take a ${role} that has expired`,
      async run({ repository, client }, check) {
        await client.refresh()
        repository.documentOf(role).expires = after(-5)
        await repository.publish('targets', 'snapshot', 'timestamp')
        await check.rejects(client.refresh(), 'metadata-expired')
        check.equal(client.versions(), trusted)
      },
    }
  }),
  ...(['root', 'timestamp', 'snapshot', 'targets'] as const).map((role): TufCase => {
    return {
      name: `notices that the ${role} it has expires while the repository stands still`,
      async run({ repository, client }, check) {
        repository.documentOf(role).expires = after(7)
        await repository.publish('root', 'targets', 'snapshot', 'timestamp')
        await client.refresh()
        client.now = Date.UTC(2030, 0, 7, 23, 59, 59)
        await client.refresh()
        client.now += 1_000
        await check.rejects(client.refresh(), 'metadata-expired')
      },
    }
  }),
  ...(['root', 'timestamp'] as const).map((role): TufCase => {
    return {
      name: `recovers from an expired ${role} of its own when a newer one comes`,
      async run({ repository, client }, check) {
        repository.documentOf(role).expires = after(7)
        await repository.publish('root', 'timestamp')
        await client.refresh()
        repository.documentOf(role).expires = after(21)
        await repository.publish('root', 'targets', 'snapshot', 'timestamp')
        client.now = later
        await client.refresh()
        check.equal(client.versions(), { root: 3, timestamp: 3, snapshot: 2, targets: 2 })
      },
    }
  }),
  {
    name: 'asks for the time once in a refresh, so that it cannot end between two checks',
    async run({ client }, check) {
      let asked = 0
      const began = client.now
      Object.defineProperty(client, 'now', { get: () => began + asked++ * 40 * 86_400_000 })
      await client.refresh()
      check.equal(asked, 1)
    },
  },
  {
    name: 'refuses a timestamp older than its own',
    async run({ repository, client }, check) {
      const first = repository.files.get('timestamp.json')!
      await repository.publish('timestamp')
      await client.refresh()
      repository.files.set('timestamp.json', first)
      await check.rejects(client.refresh(), 'metadata-rollback')
      check.equal(client.versions().timestamp, 2)
    },
  },
  ...[false, true].map((withHashes): TufCase => {
    return {
      name: `refuses a timestamp that names an older snapshot${withHashes ? ', by its hash' : ''}`,
      async run({ repository, client }, check) {
        repository.withHashes = withHashes
        await repository.publish('snapshot', 'timestamp')
        await client.refresh()
        repository.snapshot.version = 0
        await repository.publish('snapshot', 'timestamp')
        await check.rejects(client.refresh(), 'metadata-rollback')
        check.equal(client.versions(), { root: 1, timestamp: 2, snapshot: 2, targets: 1 })
      },
    }
  }),
  ...[false, true].map((withHashes): TufCase => {
    return {
      name: `refuses a snapshot that names older targets${withHashes ? ', by their hash' : ''}`,
      async run({ repository, client }, check) {
        repository.withHashes = withHashes
        await repository.publish('targets', 'snapshot', 'timestamp')
        await client.refresh()
        repository.targets.version = 0
        await repository.publish('targets', 'snapshot', 'timestamp')
        await check.rejects(client.refresh(), 'metadata-rollback')
        check.equal(client.versions(), { root: 1, timestamp: 3, snapshot: 2, targets: 2 })
      },
    }
  }),
  {
    name: 'refuses a snapshot in which a role is missing',
    async run({ repository, client }, check) {
      await repository.delegate('targets', { name: 'delegated' })
      await repository.publish('delegated', 'targets', 'snapshot', 'timestamp')
      await client.refresh()
      delete repository.snapshot.meta['delegated.json']
      await repository.publish('snapshot', 'timestamp')
      await check.rejects(client.refresh(), 'metadata-rollback')
      check.equal(client.versions().snapshot, 2)
    },
  },
  ...(['root', 'snapshot', 'targets'] as const).map((role): TufCase => {
    return {
      name: `refuses ${role} under the name of another version`,
      async run({ repository, client }, check) {
        await repository.publish('root', 'targets', 'snapshot', 'timestamp')
        repository.documentOf(role).version = 3
        repository.files.set(`2.${role}.json`, await repository.sign(role))
        const code = role === 'root' ? 'root-out-of-order' : 'metadata-mixed'
        await check.rejects(client.refresh(), code)
        check.equal(client.versions()[role], role === 'root' ? 1 : undefined)
      },
    }
  }),
  {
    name: 'takes files whose lengths and hashes are announced',
    async run({ repository, client }, check) {
      repository.withHashes = true
      await repository.publish('targets', 'snapshot', 'timestamp')
      await client.refresh()
      check.equal(client.versions(), { root: 1, timestamp: 2, snapshot: 2, targets: 2 })
    },
  },
  ...(['snapshot', 'targets'] as const).map((role): TufCase => {
    return {
      name: `refuses a ${role} that is not the one whose hash was announced`,
      async run({ repository, client }, check) {
        repository.withHashes = true
        await repository.publish('targets', 'snapshot', 'timestamp')
        await client.refresh()
        await repository.publish('targets', 'snapshot')
        const { timestamp, snapshot } = repository
        const announced =
          role === 'snapshot' ? timestamp.meta['snapshot.json'] : snapshot.meta['targets.json']!
        announced.hashes!.sha256 = '0'.repeat(64)
        if (role === 'targets') repository.withHashes = false
        if (role === 'targets') await repository.publish('snapshot')
        await repository.publish('timestamp')
        await check.rejects(client.refresh(), 'metadata-mixed')
        check.equal(client.versions()[role], 2)
      },
    }
  }),
  {
    name: 'asks again for what is announced with other hashes under the same version',
    async run({ repository, client }, check) {
      repository.withHashes = true
      await repository.publish('targets', 'snapshot', 'timestamp')
      const trusted = await client.open()
      await trusted.refresh()
      await trusted.refresh()
      check.equal(repository.requests.filter((name) => name === '2.targets.json').length, 1)
      repository.snapshot.meta['targets.json']!.hashes!.sha256 = '0'.repeat(64)
      await repository.publish('snapshot', 'timestamp')
      await check.rejects(trusted.refresh(), 'metadata-mixed')
      check.equal(repository.requests.at(-1), '2.targets.json')
    },
  },
  {
    name: 'takes SHA-512 alone, and refuses hashes none of which it knows',
    async run({ repository, client }, check) {
      const bytes = new Uint8Array(repository.files.get('1.snapshot.json')!)
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-512', bytes))
      const sha512 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
      repository.timestamp.meta['snapshot.json'].hashes = { sha512 }
      await repository.publish('timestamp')
      await client.refresh()
      client.files.delete('snapshot.json')
      repository.timestamp.meta['snapshot.json'].hashes = { sha3: sha512 }
      await repository.publish('timestamp')
      await check.rejects(client.refresh(), 'metadata-mixed')
      repository.timestamp.meta['snapshot.json'].hashes = { sha512: sha512.replace(/^./, 'g') }
      await repository.publish('timestamp')
      await check.rejects(client.refresh(), 'metadata-invalid')
    },
  },
  {
    name: 'refuses a snapshot of another length than announced',
    async run({ repository, client }, check) {
      const { length } = repository.files.get('1.snapshot.json')!
      for (const wrong of [length - 1, length + 1]) {
        repository.timestamp.meta['snapshot.json'].length = wrong
        await repository.publish('timestamp')
        const code = wrong < length ? 'metadata-too-large' : 'metadata-mixed'
        await check.rejects(client.refresh(), code)
      }
      check.equal(client.versions().snapshot, undefined)
    },
  },
  ...(['root', 'timestamp', 'snapshot', 'targets'] as const).map((role): TufCase => {
    return {
      name: `refuses endless data as ${role}`,
      async run({ repository, client }, check) {
        await repository.publish('root', 'targets', 'snapshot', 'timestamp')
        const name = role === 'timestamp' ? 'timestamp.json' : `2.${role}.json`
        const file = repository.files.get(name)!
        client.limits = { [role]: file.length }
        await client.refresh()
        client.files.clear()
        client.trust('1.root.json')
        client.limits = { [role]: file.length - 1 }
        await check.rejects(client.refresh(), 'metadata-too-large')
        check.ok(client.files.get(`${role}.json`) !== file, 'it was not kept')
      },
    }
  }),
]
