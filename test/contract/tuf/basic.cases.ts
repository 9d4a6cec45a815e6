import { decodeUtf8, encodeUtf8 } from '@kedge/shared/util/bytes'
import { createSigner } from '../../support/tuf/test-signers.js'
import { topLevelRoles } from '../../support/tuf/simulated-repository.js'
import type { TufCase } from './tuf-case.js'

const everyRole = { root: 1, timestamp: 1, snapshot: 1, targets: 1 }

/** A parsed file with parts of `signed` replaced, its signatures left as they are. */
function altered(bytes: Uint8Array, fields: object): Uint8Array {
  const file = JSON.parse(decodeUtf8(bytes)) as { signed: object }
  return encodeUtf8(JSON.stringify({ ...file, signed: { ...file.signed, ...fields } }))
}

const unsigned: readonly [string, Record<string, number>][] = [
  ['root', { root: 1 }],
  ['timestamp', { root: 2 }],
  ['snapshot', { root: 2, timestamp: 2 }],
  ['targets', { root: 2, timestamp: 2, snapshot: 2 }],
]

export const basicCases: readonly TufCase[] = [
  {
    name: 'asks for what the client workflow asks for, in its order',
    async run({ repository, client }, check) {
      await client.refresh()
      check.equal(repository.requests, [
        '2.root.json',
        'timestamp.json',
        '1.snapshot.json',
        '1.targets.json',
      ])
      check.equal(client.versions(), everyRole)
    },
  },
  {
    name: 'asks only for root and timestamp while nothing is new',
    async run({ repository, client }, check) {
      await client.refresh()
      repository.requests.length = 0
      await client.refresh()
      check.equal(repository.requests, ['2.root.json', 'timestamp.json'])
    },
  },
  {
    name: 'asks for names without versions where snapshots are not consistent',
    async run({ repository, client }, check) {
      repository.root.consistent_snapshot = false
      await repository.publish('root')
      repository.files.set('snapshot.json', repository.files.get('1.snapshot.json')!)
      repository.files.set('targets.json', repository.files.get('1.targets.json')!)
      await client.refresh()
      check.equal(repository.requests.slice(-2), ['snapshot.json', 'targets.json'])
    },
  },
  {
    name: 'keeps the bytes that came, not its own writing of them',
    async run({ repository, client }, check) {
      for (const name of ['timestamp.json', '1.snapshot.json', '1.targets.json']) {
        const bytes = encodeUtf8(`\n${decodeUtf8(repository.files.get(name)!)} \t`)
        repository.files.set(name, bytes)
      }
      await repository.publish('root')
      await client.refresh()
      for (const [name, kept] of client.files) {
        const served = ['timestamp.json', `1.${name}`, `2.${name}`].map((one) =>
          repository.files.get(one),
        )
        check.ok(served.includes(kept), `${name} is what was served`)
      }
    },
  },
  {
    name: 'starts from nothing but a root',
    async run({ repository, client }, check) {
      client.files.clear()
      await check.rejects(client.refresh(), 'root-missing')
      check.equal(repository.requests, [])
    },
  },
  {
    name: 'refuses a first root of the wrong form before it asks anybody',
    async run({ repository, client }, check) {
      const root = client.files.get('root.json')!
      client.files.set('root.json', altered(root, { version: undefined }))
      await check.rejects(client.refresh(), 'metadata-invalid')
      check.equal(repository.requests, [])
    },
  },
  {
    name: 'refuses a first root that its own keys have not signed',
    async run({ repository, client }, check) {
      const root = client.files.get('root.json')!
      client.files.set('root.json', altered(root, { version: 2 }))
      await check.rejects(client.refresh(), 'signature-invalid')
      check.equal(repository.requests, [])
    },
  },
  ...unsigned.map(([role, trusted]): TufCase => {
    return {
      name: `refuses ${role} without a signature, and keeps what came before it`,
      async run({ repository, client }, check) {
        repository.signers.get(role)!.pop()
        await repository.publish('root', 'targets', 'snapshot', 'timestamp')
        await check.rejects(client.refresh(), 'signature-invalid')
        check.equal(client.versions(), trusted)
      },
    }
  }),
  ...unsigned.map(([role, trusted]): TufCase => {
    return {
      name: `refuses ${role} when a byte under the signature has changed`,
      async run({ repository, client }, check) {
        await repository.publish('root', 'targets', 'snapshot', 'timestamp')
        const name = role === 'timestamp' ? 'timestamp.json' : `2.${role}.json`
        const bytes = altered(repository.files.get(name)!, { expires: '2031-01-01T00:00:00Z' })
        repository.files.set(name, bytes)
        await check.rejects(client.refresh(), 'signature-invalid')
        check.equal(client.versions(), trusted)
      },
    }
  }),
  {
    name: 'keeps its timestamp when another says something else under the same version',
    async run({ repository, client }, check) {
      await client.refresh()
      const kept = client.files.get('timestamp.json')
      repository.timestamp.meta['snapshot.json'].version = 100
      repository.timestamp.version = 0
      await repository.publish('timestamp')
      await client.refresh()
      check.equal(repository.requests.at(-1), 'timestamp.json')
      check.ok(client.files.get('timestamp.json') === kept, 'the timestamp is the first one')
    },
  },
  {
    name: 'takes fields that it does not know, and lets signatures cover them',
    async run({ repository, client }, check) {
      Object.assign(repository.root, { 'x-more': { nested: ['ä', 1, null] } })
      Object.assign(repository.root.roles.root, { note: 'kept' })
      const signer = await createSigner()
      await repository.addKey('root', { ...signer, key: { ...signer.key, more: 1 } as never })
      repository.root.roles.root.threshold = 2
      await repository.publish('root')
      await client.refresh()
      check.equal(client.versions().root, 2)
      repository.files.set('3.root.json', altered(repository.files.get('2.root.json')!, { x: 1 }))
      await check.rejects(client.refresh(), 'signature-invalid')
    },
  },
  ...(['timestamp', 'snapshot', 'targets'] as const).map((role): TufCase => {
    return {
      name: `fails while the repository lacks the ${role} it announces`,
      async run({ repository, client }, check) {
        await client.refresh()
        await repository.publish('targets', 'snapshot', 'timestamp')
        const name = role === 'timestamp' ? 'timestamp.json' : `2.${role}.json`
        const withheld = repository.files.get(name)!
        repository.files.delete(name)
        await check.rejects(client.refresh(), 'metadata-missing')
        check.equal(client.versions()[role], 1)
        repository.files.set(name, withheld)
        await client.refresh()
        check.equal(client.versions(), { root: 1, timestamp: 2, snapshot: 2, targets: 2 })
      },
    }
  }),
  ...topLevelRoles.map((role): TufCase => {
    return {
      name: `refuses another kind of document as ${role}, though the right key has signed it`,
      async run({ repository, client }, check) {
        await repository.publish('root', 'targets', 'snapshot', 'timestamp')
        const other = role === 'snapshot' ? 'timestamp' : 'snapshot'
        Object.assign(repository.documentOf(role), { _type: other })
        const name = role === 'timestamp' ? 'timestamp.json' : `2.${role}.json`
        repository.files.set(name, await repository.sign(role))
        await check.rejects(client.refresh(), 'metadata-invalid')
      },
    }
  }),
  {
    name: 'goes on where an interrupted refresh ended',
    async run({ repository, client }, check) {
      await client.refresh()
      await repository.publish('root', 'targets', 'snapshot', 'timestamp')
      for (const crash of [1, 1, 1, 1]) {
        let writes = 0
        const write = client.store.write.bind(client.store)
        client.store.write = (name, bytes) => {
          if (++writes > crash) return Promise.reject(new TypeError('the power is gone'))
          return write(name, bytes)
        }
        await client.refresh().catch(() => undefined)
        client.store.write = write
      }
      check.equal(client.versions(), { root: 2, timestamp: 2, snapshot: 2, targets: 2 })
      await client.refresh()
    },
  },
]
