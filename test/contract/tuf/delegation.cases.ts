import { encodeUtf8 } from '@kedge/shared/util/bytes'
import type { SimulatedRepository } from '../../support/tuf/simulated-repository.js'
import type { TufCase } from './tuf-case.js'

/** `from>to`, with `!` behind a terminating one and its paths after a blank. */
type Edge = string

async function delegateAll(repository: SimulatedRepository, edges: readonly Edge[]): Promise<void> {
  for (const edge of edges) {
    const [names, ...paths] = edge.split(' ')
    const [from, to] = names!.split('>') as [string, string]
    const name = to.replace('!', '')
    await repository.delegate(from, {
      name,
      terminating: to.endsWith('!'),
      ...(paths.length > 0 ? { paths } : {}),
    })
  }
  const [top, ...others] = [...repository.roles.keys()]
  await repository.publish(...others, top!, 'snapshot', 'timestamp')
}

const graphs: readonly { what: string; edges: readonly Edge[]; asked: string }[] = [
  { what: 'one role', edges: ['targets>a'], asked: 'a' },
  { what: 'two roles in their order', edges: ['targets>b', 'targets>a'], asked: 'b a' },
  { what: 'two levels', edges: ['targets>a', 'targets>b', 'b>c'], asked: 'a b c' },
  {
    what: 'all below a role before the next',
    edges: ['targets>a', 'targets>b', 'a>c', 'a>d'],
    asked: 'a c d b',
  },
  { what: 'three levels', edges: ['targets>a', 'targets>b', 'a>c', 'c>d'], asked: 'a c d b' },
  {
    what: 'a role whose name begins like that of another',
    edges: ['targets>targets-a'],
    asked: 'targets-a',
  },
  { what: 'a terminating role', edges: ['targets>a!'], asked: 'a' },
  {
    what: 'those before a terminating role',
    edges: ['targets>a', 'targets>b!', 'targets>c'],
    asked: 'a b',
  },
  {
    what: 'nobody after a terminating role',
    edges: ['targets>a', 'targets>b', 'a>c!', 'a>d'],
    asked: 'a c',
  },
  {
    what: 'those below a terminating role',
    edges: ['targets>a!', 'targets>b', 'a>c', 'c>d'],
    asked: 'a c d',
  },
  {
    what: 'past a terminating role that may not name the path',
    edges: ['targets>a! *.py', 'targets>b'],
    asked: 'b',
  },
  { what: 'no role of other paths', edges: ['targets>a *.py', 'targets>b', 'a>c'], asked: 'b' },
  {
    what: 'no role below others of other paths',
    edges: ['targets>a', 'targets>b', 'a>c *.py', 'c>d'],
    asked: 'a b',
  },
  {
    what: 'a cycle once',
    edges: ['targets>a', 'targets>b', 'b>c', 'c>d', 'd>b'],
    asked: 'a b c d',
  },
  {
    what: 'a role with two delegators once',
    edges: ['targets>a', 'targets>b', 'a>c'],
    asked: 'a c b',
  },
]

const tree: readonly Edge[] = [
  'targets>docs *.doc *.md foo-?.tgz',
  'targets>releases releases/*/*',
  'releases>x releases/x/*',
  'releases>y releases/y/*.zip',
]

/** Paths in that tree: the role that signs them, and whether it may. */
const searches: readonly { path: string; role: string; found: boolean; asked: string }[] = [
  { path: 'file', role: 'targets', found: true, asked: '' },
  { path: 'README.md', role: 'docs', found: true, asked: 'docs' },
  { path: 'releases/x/v1', role: 'x', found: true, asked: 'releases x' },
  { path: 'releases/y/v1.zip', role: 'y', found: true, asked: 'releases y' },
  { path: 'releases/z/v1.zip', role: 'y', found: false, asked: 'releases' },
  { path: 'releases/README.md', role: 'docs', found: false, asked: '' },
  { path: 'foo-1.tgz', role: 'docs', found: true, asked: 'docs' },
  { path: 'foo-12.tgz', role: 'docs', found: false, asked: '' },
  { path: 'README.MD', role: 'docs', found: false, asked: '' },
  { path: 'releases/x/v1/more', role: 'x', found: false, asked: '' },
]

/** The delegated roles that were asked for, without versions. */
const askedRoles = ({ requests }: SimulatedRepository): string =>
  requests
    .map((name) => name.replace(/^\d+\.|\.json$/g, ''))
    .filter(
      (name) => !['root', 'timestamp.json', 'timestamp', 'snapshot', 'targets'].includes(name),
    )
    .join(' ')

export const delegationCases: readonly TufCase[] = [
  ...graphs.map(({ what, edges, asked }): TufCase => {
    return {
      name: `looking for a target, asks ${what}`,
      async run({ repository, client }, check) {
        await delegateAll(repository, edges)
        check.equal(await client.target('missing'), undefined)
        check.equal(askedRoles(repository), asked)
      },
    }
  }),
  ...searches.map(({ path, role, found, asked }): TufCase => {
    return {
      name: `${found ? 'finds' : 'does not find'} ${path} signed by ${role}`,
      async run({ repository, client }, check) {
        await delegateAll(repository, tree)
        await repository.addTarget(role, path, encodeUtf8(path))
        const other = role === 'targets' ? [] : ['targets']
        await repository.publish(role, ...other, 'snapshot', 'timestamp')
        const target = await client.target(path)
        check.equal(target?.role, found ? role : undefined)
        check.equal(target?.length, found ? path.length : undefined)
        check.equal(askedRoles(repository), asked)
      },
    }
  }),
  {
    name: 'looking for a target, asks nobody where no role is delegated to',
    async run({ repository, client }, check) {
      repository.targets.delegations = { keys: {} }
      await repository.publish('targets', 'snapshot', 'timestamp')
      check.equal(await client.target('missing'), undefined)
    },
  },
  {
    name: 'takes the first role that names a path',
    async run({ repository, client }, check) {
      await delegateAll(repository, ['targets>a', 'targets>b'])
      await repository.addTarget('b', 'file', encodeUtf8('b'))
      await repository.addTarget('a', 'file', encodeUtf8('of a'))
      await repository.publish('a', 'b', 'snapshot', 'timestamp')
      check.equal((await client.target('file'))?.length, 4)
    },
  },
  {
    name: 'delegates by the beginning of the hash of a path',
    async run({ repository, client }, check) {
      // SHA-256 of "file" begins with 3b9c.
      await repository.delegate('targets', { name: 'other', path_hash_prefixes: ['3b9d', '4'] })
      await repository.delegate('targets', { name: 'docs', paths: ['*.md'] })
      await repository.delegate('targets', { name: 'bin', path_hash_prefixes: ['00', '3b9c'] })
      await repository.addTarget('other', 'file', encodeUtf8('wrong'))
      await repository.addTarget('bin', 'file', encodeUtf8('right'))
      await repository.publish('other', 'bin', 'targets', 'snapshot', 'timestamp')
      check.equal((await client.target('file'))?.role, 'bin')
      check.equal(askedRoles(repository), 'bin')
    },
  },
  {
    name: 'asks as many roles as the limit says, and no more',
    async run({ repository, client }, check) {
      await delegateAll(repository, ['targets>a', 'a>b', 'b>c', 'c>d'])
      await repository.addTarget('d', 'file', encodeUtf8('x'))
      await repository.publish('d', 'snapshot', 'timestamp')
      client.limits = { delegations: 3 }
      check.equal(await client.target('file'), undefined)
      client.limits = { delegations: 4 }
      check.equal((await client.target('file'))?.role, 'd')
    },
  },
  {
    name: 'verifies a role anew for each that delegates to it',
    async run({ repository, client }, check) {
      await delegateAll(repository, [
        'targets>a team-a/*',
        'targets>b team-b/*',
        'a>release team-a/*',
        'b>release team-b/*',
      ])
      // From now on the role signs with the key that `a` has named, and not with that of `b`.
      repository.signers.get('release')!.pop()
      await repository.addTarget('release', 'team-a/file', encodeUtf8('a'))
      await repository.addTarget('release', 'team-b/file', encodeUtf8('b'))
      await repository.publish('release', 'snapshot', 'timestamp')
      const trusted = await client.open()
      await trusted.refresh()
      check.equal((await trusted.target('team-a/file'))?.role, 'release')
      await check.rejects(trusted.target('team-b/file'), 'signature-invalid')
      check.equal((await trusted.target('team-a/file'))?.role, 'release')
    },
  },
  {
    name: 'does not ask for a role that snapshot does not list',
    async run({ repository, client }, check) {
      await repository.delegate('targets', { name: 'delegated' })
      await repository.publish('delegated', 'targets')
      delete repository.snapshot.meta['delegated.json']
      await repository.publish('snapshot', 'timestamp')
      await client.refresh()
      await check.rejects(client.target('file'), 'metadata-mixed')
      check.equal(askedRoles(repository), '')
      check.ok(!client.files.has('delegated.json'), 'nothing was kept')
    },
  },
  {
    name: 'asks for a delegated role again only when snapshot names a newer one',
    async run({ repository, client }, check) {
      await delegateAll(repository, ['targets>a'])
      await repository.addTarget('a', 'file', encodeUtf8('one'))
      await repository.publish('a', 'snapshot', 'timestamp')
      await client.target('file')
      repository.requests.length = 0
      check.equal((await client.target('file'))?.length, 3)
      check.equal(askedRoles(repository), '')
      await repository.addTarget('a', 'file', encodeUtf8('second'))
      await repository.publish('a', 'snapshot', 'timestamp')
      check.equal((await client.target('file'))?.length, 6)
      check.equal(repository.requests.at(-1), '3.a.json')
    },
  },
  {
    name: 'gives the custom fields of a target as they were signed',
    async run({ repository, client }, check) {
      await repository.addTarget('targets', 'file', encodeUtf8('x'))
      repository.targets.targets.file!.custom = { kedge: { counter: 7, note: 'é' } }
      await repository.publish('targets', 'snapshot', 'timestamp')
      const target = await client.target('file')
      check.equal(target?.custom, { kedge: { counter: 7, note: 'é' } })
      check.equal(target?.path, 'file')
    },
  },
  {
    name: 'finds no target that nobody has named, whatever objects inherit',
    async run({ client }, check) {
      for (const path of ['toString', 'constructor', '__proto__', '']) {
        check.equal(await client.target(path), undefined)
      }
    },
  },
  {
    name: 'looks nothing up before a refresh, and after one that failed',
    async run({ repository, client }, check) {
      const trusted = await client.open()
      await check.rejects(trusted.target('file'), 'metadata-missing')
      await trusted.refresh()
      check.equal(await trusted.target('file'), undefined)
      repository.files.delete('timestamp.json')
      await check.rejects(trusted.refresh(), 'metadata-missing')
      await check.rejects(trusted.target('file'), 'metadata-missing')
    },
  },
  {
    name: 'looks nothing up in a snapshot whose keys a new root has taken away',
    async run({ repository, client }, check) {
      await repository.addTarget('targets', 'file', encodeUtf8('x'))
      await repository.publish('targets', 'snapshot', 'timestamp')
      const trusted = await client.open()
      await trusted.refresh()
      await repository.publish('root')
      await trusted.refreshRoot()
      check.equal((await trusted.target('file'))?.length, 1)
      await repository.rotateKeys('snapshot')
      await repository.publish('root')
      await trusted.refreshRoot()
      await check.rejects(trusted.target('file'), 'metadata-missing')
      await repository.publish('snapshot', 'timestamp')
      await trusted.refresh()
      check.equal((await trusted.target('file'))?.length, 1)
    },
  },
]
