import { encodeUtf8 } from '@kedge/shared/util/bytes'
import { after, SimulatedRepository } from '../../support/tuf/simulated-repository.js'
import type { TufCase } from './tuf-case.js'

const model = { role: 'model.gesture', path: 'models/gesture/1.0.0/release.json' }

/** A fleet as Kedge lays it out: one role for each model. */
async function publishModel(repository: SimulatedRepository, content = 'release'): Promise<void> {
  if (!repository.roles.has(model.role)) {
    await repository.delegate('targets', { name: model.role, paths: ['models/gesture/*/*'] })
    await repository.publish('targets')
  }
  await repository.addTarget(model.role, model.path, encodeUtf8(content))
  await repository.publish(model.role, 'snapshot', 'timestamp')
}

/** The files of another repository with other keys, as a server in other hands would make them. */
async function impostor(): Promise<SimulatedRepository> {
  const other = await SimulatedRepository.create()
  await publishModel(other, 'something else')
  return other
}

/** What an attacker between repository and device, or on the server, can try (FAULTS S2). */
export const attackCases: readonly TufCase[] = [
  {
    name: 'arbitrary software: refuses a repository signed by other keys',
    async run({ repository, client }, check) {
      await publishModel(repository)
      await client.target(model.path)
      const trusted = client.versions()
      const other = await impostor()
      other.files.delete('2.root.json')
      for (const [name, bytes] of other.files) repository.files.set(name, bytes)
      await check.rejects(client.target(model.path), 'signature-invalid')
      check.equal(client.versions(), trusted)
    },
  },
  {
    name: 'arbitrary software: refuses a release that the online keys have signed',
    async run({ repository, client }, check) {
      await publishModel(repository)
      repository.signers.set(model.role, repository.signers.get('snapshot')!)
      await publishModel(repository, 'chosen by the server')
      await check.rejects(client.target(model.path), 'signature-invalid')
      check.ok(!client.files.has(`${model.role}.json`), 'nothing was kept')
    },
  },
  {
    name: 'rollback: refuses an older release in a new snapshot',
    async run({ repository, client }, check) {
      await publishModel(repository, 'first')
      await publishModel(repository, 'second')
      await client.target(model.path)
      repository.snapshot.meta[`${model.role}.json`] = { version: 1 }
      await repository.publish('snapshot', 'timestamp')
      await check.rejects(client.target(model.path), 'metadata-rollback')
    },
  },
  {
    name: 'freeze: refuses a repository that has stood still for too long',
    async run({ repository, client }, check) {
      repository.timestamp.expires = after(1)
      await publishModel(repository)
      await client.target(model.path)
      client.now += 2 * 86_400_000
      const trusted = client.versions()
      await check.rejects(client.target(model.path), 'metadata-expired')
      check.equal(client.versions(), trusted)
    },
  },
  {
    name: 'freeze: refuses a release whose signature has expired',
    async run({ repository, client }, check) {
      await publishModel(repository)
      repository.roles.get(model.role)!.expires = after(2)
      await publishModel(repository)
      check.equal((await client.target(model.path))?.role, model.role)
      client.now += 2 * 86_400_000
      await check.rejects(client.target(model.path), 'metadata-expired')
    },
  },
  {
    name: 'fast-forward: the owner takes back versions that a thief of the online keys has raised',
    async run({ repository, client }, check) {
      await publishModel(repository)
      repository.snapshot.version = repository.timestamp.version = 2 ** 53 - 2
      await repository.publish('snapshot', 'timestamp')
      await client.refresh()
      check.equal(client.versions().timestamp, 2 ** 53 - 1)
      await repository.rotateKeys('snapshot')
      await repository.rotateKeys('timestamp')
      repository.snapshot.version = repository.timestamp.version = 2
      await repository.publish('root', 'snapshot', 'timestamp')
      check.equal((await client.target(model.path))?.role, model.role)
      check.equal(client.versions().timestamp, 3)
    },
  },
  {
    name: 'mix and match: refuses a snapshot of one time with targets of another',
    async run({ repository, client }, check) {
      await publishModel(repository, 'first')
      const first = repository.files.get(`1.${model.role}.json`)!
      await publishModel(repository, 'second')
      repository.files.set(`2.${model.role}.json`, first)
      await check.rejects(client.target(model.path), 'metadata-mixed')
    },
  },
  {
    name: 'partial bundle: refuses a release whose role is withheld',
    async run({ repository, client }, check) {
      await publishModel(repository)
      repository.files.delete(`1.${model.role}.json`)
      await check.rejects(client.target(model.path), 'metadata-missing')
    },
  },
  {
    name: "wrong role: refuses a release that another model's publisher has signed",
    async run({ repository, client }, check) {
      await publishModel(repository)
      await repository.delegate('targets', { name: 'model.other', paths: ['models/other/*/*'] })
      await repository.addTarget('model.other', model.path, encodeUtf8('not mine to sign'))
      delete repository.roles.get(model.role)!.targets[model.path]
      await repository.publish('model.other', model.role, 'targets', 'snapshot', 'timestamp')
      check.equal(await client.target(model.path), undefined)
    },
  },
  {
    name: "another role's file: refuses the file of one model as that of another",
    async run({ repository, client }, check) {
      await publishModel(repository)
      await repository.delegate('targets', { name: 'model.other', paths: ['models/other/*/*'] })
      await repository.publish('model.other', 'targets', 'snapshot', 'timestamp')
      repository.files.set('1.model.other.json', repository.files.get(`1.${model.role}.json`)!)
      await check.rejects(client.target('models/other/1.0.0/release.json'), 'signature-invalid')
    },
  },
  {
    name: 'dropped requests: keeps what it trusts when nobody answers',
    async run({ repository, client }, check) {
      await publishModel(repository)
      await client.target(model.path)
      const trusted = new Map(client.files)
      repository.files.clear()
      await check.rejects(client.target(model.path), 'metadata-missing')
      check.equal([...client.files.values()], [...trusted.values()])
    },
  },
  {
    name: 'endless data: refuses a delegated role beyond the limit',
    async run({ repository, client }, check) {
      await publishModel(repository)
      repository.files.set(`1.${model.role}.json`, new Uint8Array(1024 * 1024 + 1).fill(0x20))
      await check.rejects(client.target(model.path), 'metadata-too-large')
    },
  },
]
