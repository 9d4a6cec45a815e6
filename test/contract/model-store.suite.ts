import type { ModelStore } from '@kedge/shared/device/ports/models'
import type { ContractCase } from './contract.js'
import type { Contract } from './describe-contract.js'
import { fileOf, sampleChunk, sampleFile, type SampleFile } from './sample-files.js'

export interface ModelStoreSubject extends AsyncDisposable {
  readonly store: ModelStore
  /** Closes the store, and opens what is on the disk anew. */
  readonly reopen: () => Promise<ModelStore>
  /** Changes one byte of a stored file behind the store's back. */
  readonly damageFile: (sha256: string) => Promise<void>
}

const none: ReadonlySet<string> = new Set()

async function install(store: ModelStore, file: SampleFile): Promise<void> {
  for (const { sha256, bytes } of file.chunks) await store.putChunk(sha256, bytes)
  await store.assemble(file.index)
}

const cases: ContractCase<ModelStoreSubject>[] = [
  {
    name: 'holds a chunk once it was put, and not before',
    async run({ store }, check) {
      const [a, b] = [await sampleChunk(1), await sampleChunk(2)]
      await store.putChunk(a.sha256, a.bytes)
      check.equal(await store.heldChunks([a.sha256, b.sha256]), new Set([a.sha256]))
    },
  },
  {
    name: 'takes the same chunk twice, also at the same time',
    async run({ store }, check) {
      const { sha256, bytes } = await sampleChunk(1)
      await Promise.all([store.putChunk(sha256, bytes), store.putChunk(sha256, bytes)])
      await store.putChunk(sha256, bytes)
      check.equal(await store.heldChunks([sha256]), new Set([sha256]))
    },
  },
  {
    name: 'refuses a chunk that is not what its digest says',
    async run({ store }, check) {
      const [a, b] = [await sampleChunk(1), await sampleChunk(2)]
      await check.rejects(store.putChunk(a.sha256, b.bytes), 'digest-mismatch')
      check.equal(await store.heldChunks([a.sha256]), none)
    },
  },
  {
    name: 'assembles a file from chunks that came in any order, all at once',
    async run({ store }, check) {
      const file = await sampleFile(...Array.from({ length: 150 }, (_, seed) => seed))
      const puts = file.chunks
        .toReversed()
        .map(({ sha256, bytes }) => store.putChunk(sha256, bytes))
      await Promise.all(puts)
      await store.assemble(file.index)
      check.equal(await store.read(file.index.sha256), file.bytes)
    },
  },
  {
    name: 'assembles a file that repeats a chunk, and one that is empty',
    async run({ store }, check) {
      const file = await sampleFile(1, 2, 1, 1)
      await install(store, file)
      check.equal(await store.read(file.index.sha256), file.bytes)
      const empty = await fileOf([])
      await store.assemble(empty.index)
      check.equal((await store.read(empty.index.sha256)).length, 0)
    },
  },
  {
    name: 'counts chunks inside an installed file as held, and borrows them for the next',
    async run({ store }, check) {
      const [old, next] = [await sampleFile(1, 2, 3, 4), await sampleFile(1, 2, 9, 4)]
      await install(store, old)
      const held = await store.heldChunks(next.chunks.map(({ sha256 }) => sha256))
      check.equal(held.size, 3)
      await store.putChunk(next.chunks[2]!.sha256, next.chunks[2]!.bytes)
      await store.assemble(next.index)
      check.equal(await store.read(next.index.sha256), next.bytes)
      check.equal(await store.read(old.index.sha256), old.bytes)
    },
  },
  {
    name: 'still holds chunks and files, and what files contain, after it was opened anew',
    async run({ store, reopen }, check) {
      const [file, staged] = [await sampleFile(1, 2), await sampleChunk(7)]
      await install(store, file)
      await store.putChunk(staged.sha256, staged.bytes)
      const again = await reopen()
      const hashes = [...file.chunks.map(({ sha256 }) => sha256), staged.sha256]
      check.equal(await again.heldChunks(hashes), new Set(hashes))
      check.equal(await again.read(file.index.sha256), file.bytes)
      check.equal(await again.list(), [{ sha256: file.index.sha256, length: 2_000 }])
    },
  },
  {
    name: 'does not assemble a file with a chunk missing, and changes nothing',
    async run({ store }, check) {
      const file = await sampleFile(1, 2)
      await store.putChunk(file.chunks[0]!.sha256, file.chunks[0]!.bytes)
      await check.rejects(store.assemble(file.index), 'chunk-unavailable')
      check.equal(await store.has(file.index.sha256), false)
      check.equal((await store.heldChunks([file.chunks[0]!.sha256])).size, 1)
    },
  },
  {
    name: 'does not give a file the name of another: the whole must hash to it',
    async run({ store }, check) {
      const [file, other] = [await sampleFile(1, 2), await sampleFile(2, 1)]
      for (const { sha256, bytes } of file.chunks) await store.putChunk(sha256, bytes)
      const wrong = { ...file.index, sha256: other.index.sha256 }
      await check.rejects(store.assemble(wrong), 'digest-mismatch')
      check.equal(await store.list(), [])
    },
  },
  {
    name: 'lets go of the chunks of a file that was assembled, and keeps those of others',
    async run({ store }, check) {
      const [file, other] = [await sampleFile(1, 2), await sampleChunk(3)]
      await store.putChunk(other.sha256, other.bytes)
      await install(store, file)
      await store.prune(none, new Set([other.sha256]))
      const hashes = [...file.chunks.map(({ sha256 }) => sha256), other.sha256]
      check.equal(await store.heldChunks(hashes), new Set([other.sha256]))
    },
  },
  {
    name: 'stores a small whole file under its digest, and refuses one that has another',
    async run({ store }, check) {
      const [a, b] = [await sampleChunk(1), await sampleChunk(2)]
      await store.putFile(a.sha256, a.bytes)
      check.equal(await store.read(a.sha256), a.bytes)
      check.equal(await store.has(a.sha256), true)
      await check.rejects(store.putFile(b.sha256, a.bytes), 'digest-mismatch')
      check.equal(await store.has(b.sha256), false)
    },
  },
  {
    name: 'says that a file is not there',
    async run({ store }, check) {
      await check.rejects(store.read((await sampleChunk(1)).sha256), 'storage-failed')
    },
  },
  {
    name: 'finds a changed byte when it reads, removes the file, and takes it again',
    async run({ store, damageFile }, check) {
      const file = await sampleFile(1, 2, 3)
      await install(store, file)
      await damageFile(file.index.sha256)
      await check.rejects(store.read(file.index.sha256), 'storage-corrupt')
      check.equal(await store.has(file.index.sha256), false)
      check.equal((await store.heldChunks(file.chunks.map(({ sha256 }) => sha256))).size, 0)
      await install(store, file)
      check.equal(await store.read(file.index.sha256), file.bytes)
    },
  },
  {
    name: 'asks again for chunks that a damaged file would have lent',
    async run({ store, damageFile }, check) {
      const [old, next] = [await sampleFile(1, 2, 3), await sampleFile(1, 2, 3, 4)]
      await install(store, old)
      await damageFile(old.index.sha256)
      await store.putChunk(next.chunks[3]!.sha256, next.chunks[3]!.bytes)
      await check.rejects(store.assemble(next.index), 'chunk-unavailable')
      await install(store, next)
      check.equal(await store.read(next.index.sha256), next.bytes)
    },
  },
  {
    name: 'removes every file and chunk that is not to be kept',
    async run({ store, reopen }, check) {
      const [kept, gone] = [await sampleFile(1, 2), await sampleFile(3, 4)]
      const [wanted, unwanted] = [await sampleChunk(5), await sampleChunk(6)]
      await install(store, kept)
      await install(store, gone)
      for (const { sha256, bytes } of [wanted, unwanted]) await store.putChunk(sha256, bytes)
      await store.prune(new Set([kept.index.sha256]), new Set([wanted.sha256]))
      const hashes = [wanted.sha256, unwanted.sha256, gone.chunks[0]!.sha256]
      check.equal(await store.heldChunks(hashes), new Set([wanted.sha256]))
      const again = await reopen()
      check.equal(await again.list(), [{ sha256: kept.index.sha256, length: 2_000 }])
      check.equal((await again.heldChunks([wanted.sha256])).size, 1)
    },
  },
  {
    name: 'tells how much it uses, and that there is room',
    async run({ store }, check) {
      const before = await store.space()
      await install(store, await sampleFile(1, 2))
      const { usedBytes, freeBytes } = await store.space()
      check.ok(usedBytes - before.usedBytes >= 2_000, 'the file counts')
      check.ok(freeBytes > 0, 'there is room')
    },
  },
]

export const modelStoreContract: Contract<ModelStoreSubject> = { port: 'model store', cases }
