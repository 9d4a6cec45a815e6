import { encodeUtf8 } from '@kedge/shared/util/bytes'
import { checkNames } from '@kedge/shared/trust/tuf/names'
import { topLevelRoles } from '../../support/tuf/simulated-repository.js'
import type { TufCase } from './tuf-case.js'

type Patch = Readonly<Record<string, unknown>>

/** Signed by the right keys, and of the wrong form. */
const forms: readonly (readonly [(typeof topLevelRoles)[number], string, Patch])[] = [
  ...topLevelRoles.flatMap((role) =>
    (
      [
        ['no version', { version: undefined }],
        ['version 0', { version: 0 }],
        ['a version in quotes', { version: '2' }],
        ['no expiry', { expires: undefined }],
        ['an expiry with an offset', { expires: '2031-01-01T00:00:00+01:00' }],
        ['an expiry in month 13', { expires: '2031-13-01T00:00:00Z' }],
        ['an expiry without a time', { expires: '2031-01-01' }],
        ['an expiry in a year of six digits', { expires: '+002031-01-01T00:00:00Z' }],
        ['an expiry with a remark', { expires: '2031-01-01T00:00:00Z (or so)' }],
        ['no spec_version', { spec_version: undefined }],
        ['version 01 of the format', { spec_version: '01.0' }],
        ['a remark on the version of the format', { spec_version: '1.0.31-x' }],
        ['version 2 of the format', { spec_version: '2.0.0' }],
        ['version 10 of the format', { spec_version: '10.0' }],
      ] as const
    ).map(([what, patch]) => [role, what, patch] as const),
  ),
  ['root', 'keys in a list', { keys: [] }],
  ['root', 'a key without a value', { keys: { a: { keytype: 'ed25519', scheme: 'ed25519' } } }],
  ['root', 'a key without a type', { keys: { a: { scheme: 'x', keyval: { public: '' } } } }],
  ['root', 'a key without a scheme', { keys: { a: { keytype: 'x', keyval: { public: '' } } } }],
  [
    'root',
    'a key whose value is no text',
    { keys: { a: { keytype: 'x', scheme: 'x', keyval: { public: 1 } } } },
  ],
  ['root', 'no roles', { roles: undefined }],
  ['root', 'roles that lack some', { roles: { root: { keyids: [], threshold: 1 } } }],
  ['root', 'an odd consistent_snapshot', { consistent_snapshot: 'yes' }],
  ['root', 'an x-kedge that is no object', { 'x-kedge': 1 }],
  ['root', 'an x-kedge without a fleet', { 'x-kedge': { fleetId: 'f', fleetEpoch: 1 } }],
  ...[
    ['an x-kedge without a fleet id', { fleetId: undefined }],
    ['an x-kedge of an epoch below 0', { fleetEpoch: -1 }],
    ['a fleet of which nobody has to sign', { fleet: { keys: {}, threshold: 0 } }],
    ['a fleet without keys', { fleet: { threshold: 1 } }],
  ].map(([what, change]): (typeof forms)[number] => {
    const fleet = { keys: {}, threshold: 1 }
    const extension = { fleetId: 'f', fleetEpoch: 1, fleet, ...(change as object) }
    return ['root', what as string, { 'x-kedge': extension }]
  }),
  ['timestamp', 'no meta', { meta: undefined }],
  ['timestamp', 'no snapshot in meta', { meta: {} }],
  ['timestamp', 'an inherited snapshot', { meta: [] }],
  ['timestamp', 'a snapshot of version 0', { meta: { 'snapshot.json': { version: 0 } } }],
  ['timestamp', 'a negative length', { meta: { 'snapshot.json': { version: 1, length: -1 } } }],
  ['timestamp', 'odd hashes', { meta: { 'snapshot.json': { version: 1, hashes: ['a'] } } }],
  [
    'timestamp',
    'a hash that is no text',
    { meta: { 'snapshot.json': { version: 1, hashes: { sha256: 1 } } } },
  ],
  [
    'timestamp',
    'a hash in capitals',
    { meta: { 'snapshot.json': { version: 1, hashes: { sha256: 'AB' } } } },
  ],
  [
    'timestamp',
    'a hash with something behind it',
    { meta: { 'snapshot.json': { version: 1, hashes: { sha256: 'ab ' } } } },
  ],
  ['snapshot', 'an entry that is no object', { meta: { 'targets.json': 1 } }],
  ['targets', 'no targets', { targets: undefined }],
  ['targets', 'a target without a length', { targets: { a: { hashes: { sha256: 'ab' } } } }],
  ['targets', 'a target without hashes', { targets: { a: { length: 1 } } }],
  ['targets', 'odd custom fields', { targets: { a: { length: 1, hashes: {}, custom: 1 } } }],
  ['targets', 'odd delegations', { delegations: [] }],
  ['targets', 'delegations without keys', { delegations: { roles: [] } }],
  ['targets', 'delegated roles in no list', { delegations: { keys: {}, roles: {} } }],
]

const role = (fields: Patch): Patch => ({
  keyids: [],
  threshold: 1,
  terminating: false,
  name: 'a',
  paths: [],
  ...fields,
})

const delegations: readonly [string, readonly unknown[]][] = [
  ['that is no object', [1]],
  ['without a name', [role({ name: undefined })]],
  ['without a threshold', [role({ threshold: undefined })]],
  ['with a key twice', [role({ keyids: ['a', 'a'] })]],
  ['that does not say whether it ends the search', [role({ terminating: undefined })]],
  ['without paths', [role({ paths: undefined })]],
  ['with paths and prefixes', [role({ path_hash_prefixes: [] })]],
  ['with a path that is no text', [role({ paths: [1] })]],
  ['with a prefix that is no text', [role({ paths: undefined, path_hash_prefixes: [1] })]],
  ['called twice', [role({}), role({})]],
  ['called root', [role({ name: 'root' })]],
  ['called TIMESTAMP', [role({ name: 'TIMESTAMP' })]],
  ['called snapshot', [role({ name: 'snapshot' })]],
  ['called targets', [role({ name: 'targets' })]],
]

/** FAULTS S12. */
const badNames = [
  '../up', '..', '.', 'a/../../b', '/absolute', 'C:\\x', 'c:x', 'a\\b', '', 'a//b', 'a/', './a',
  'nul\u0000l', 'tab\there', 'con', 'CON.json', 'a/aux.txt', 'Lpt1', 'com9.release.json', '.hidden',
  'trailing.', 'trailing ', ' leading', 'аdmin', 'e\u0301', '\u202egnp', 'ﬁle', 'a?b', 'a#b',
  'a%2e%2e', 'a:b', 'a*b', '~', '-rf', `${'a'.repeat(4096)}`, 'a/'.repeat(300) + 'a',
] // prettier-ignore

export const formCases: readonly TufCase[] = [
  ...forms.map(([role, what, patch]): TufCase => {
    return {
      name: `refuses a ${role} with ${what}`,
      async run({ repository, client }, check) {
        await repository.publish('root', 'targets', 'snapshot', 'timestamp')
        Object.assign(repository.documentOf(role), patch)
        const name = role === 'timestamp' ? 'timestamp.json' : `2.${role}.json`
        repository.files.set(name, await repository.sign(role))
        await check.rejects(client.refresh(), 'metadata-invalid')
        check.ok((client.versions()[role] ?? 1) === 1, 'it was not kept')
      },
    }
  }),
  ...delegations.map(([what, roles]): TufCase => {
    return {
      name: `refuses a delegated role ${what}`,
      async run({ repository, client }, check) {
        Object.assign(repository.targets, { delegations: { keys: {}, roles } })
        await repository.publish('targets', 'snapshot', 'timestamp')
        await check.rejects(client.refresh(), 'metadata-invalid')
        check.equal(client.versions(), { root: 1, timestamp: 2, snapshot: 2 })
      },
    }
  }),
  {
    name: 'takes every minor version of the format',
    async run({ repository, client }, check) {
      for (const version of ['1.0', '1.0.0', '1.0.34', '1.99.1']) {
        repository.timestamp.spec_version = version
        await repository.publish('timestamp')
        await client.refresh()
      }
      check.equal(client.versions().timestamp, 5)
    },
  },
  {
    name: 'refuses target paths and role names that could be another file, and keeps nothing of them',
    async run({ repository, client }, check) {
      for (const bad of badNames) {
        repository.targets.targets = { [bad]: { length: 1, hashes: { sha256: 'ab' } } }
        await repository.publish('targets', 'snapshot', 'timestamp')
        await check.rejects(client.refresh(), 'name-refused')
        repository.targets.targets = {}
        const roles = [role({ name: bad })] as never
        repository.targets.delegations = { keys: {}, roles }
        await repository.publish('targets', 'snapshot', 'timestamp')
        await check.rejects(client.refresh(), 'name-refused')
        delete repository.targets.delegations
      }
      check.equal([...client.files.keys()].sort(), ['root.json', 'snapshot.json', 'timestamp.json'])
    },
  },
  {
    name: 'refuses names that differ only in case',
    async run({ repository, client }, check) {
      const file = { length: 1, hashes: { sha256: 'ab' } }
      repository.targets.targets = { 'models/a/1.0.0-rc': file, 'models/a/1.0.0-RC': file }
      await repository.publish('targets', 'snapshot', 'timestamp')
      await check.rejects(client.refresh(), 'name-refused')
      repository.targets.targets = {}
      repository.targets.delegations = {
        keys: {},
        roles: [role({ name: 'model.a' }), role({ name: 'model.A' })] as never,
      }
      await repository.publish('targets', 'snapshot', 'timestamp')
      await check.rejects(client.refresh(), 'name-refused')
    },
  },
  {
    name: 'takes plain names, and what a caller with other rules allows',
    async run({ repository, client }, check) {
      for (const path of ['file', 'models/a-b/1.0.0-rc.1/release.json', 'A_b+c', 'concern/com10']) {
        await repository.addTarget('targets', path, encodeUtf8(path))
      }
      await repository.publish('targets', 'snapshot', 'timestamp')
      await client.refresh()
      await repository.addTarget('targets', '../up', encodeUtf8('x'))
      await repository.publish('targets', 'snapshot', 'timestamp')
      await check.rejects(client.refresh(), 'name-refused')
      client.names = (document) => {
        const { '../up': _, ...targets } = document.targets
        checkNames({ ...document, targets })
      }
      check.equal((await client.target('../up'))?.length, 1)
    },
  },
]
