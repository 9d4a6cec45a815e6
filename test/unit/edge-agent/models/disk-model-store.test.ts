import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { createDataFolder } from '../../../../edge-agent/src/files/data-layout.js'
import { DiskModelStore } from '../../../../edge-agent/src/models/disk-model-store.js'
import { fileOf, sampleChunk, sampleFile } from '../../../contract/sample-files.js'
import { temporaryFolder } from '../../../support/temporary-folder.js'

describe('the model store on disk', () => {
  it('removes what was half written when it opens', async () => {
    await using folder = await temporaryFolder()
    const layout = await createDataFolder(folder.path)
    const digest = 'a'.repeat(64)
    await writeFile(path.join(layout.models, `${digest}.0123456789ab.tmp`), 'half')
    await writeFile(path.join(layout.models, `${digest}.chunks`), 'of a file that never came')
    await writeFile(path.join(layout.chunks, '3.segment'), 'torn')
    await mkdir(path.join(layout.models, 'stray'))
    await using store = await DiskModelStore.open(layout)
    expect(await store.list()).toEqual([])
    expect(await readdir(layout.models)).toEqual([])
    expect(await readdir(layout.chunks)).toEqual([])
  })

  it('goes without the chunk index of a file when that cannot be read', async () => {
    await using folder = await temporaryFolder()
    const layout = await createDataFolder(folder.path)
    const file = await sampleFile(1, 2)
    {
      await using store = await DiskModelStore.open(layout)
      for (const { sha256, bytes } of file.chunks) await store.putChunk(sha256, bytes)
      await store.assemble(file.index)
    }
    await writeFile(path.join(layout.models, `${file.index.sha256}.chunks`), 'no index')
    await using store = await DiskModelStore.open(layout)
    expect(await store.read(file.index.sha256)).toEqual(Buffer.from(file.bytes))
    expect((await store.heldChunks([file.chunks[0]!.sha256])).size).toBe(0)
  })

  it('joins a file of several megabytes from chunks on both sides of a slab', async () => {
    await using folder = await temporaryFolder()
    await using store = await DiskModelStore.open(await createDataFolder(folder.path))
    const lengths = [100_000, 1, 131_072, 70_001]
    const chunks = await Promise.all(
      Array.from({ length: 60 }, (_, i) => sampleChunk(i, lengths[i % lengths.length])),
    )
    const file = await fileOf(chunks)
    await Promise.all(chunks.map(({ sha256, bytes }) => store.putChunk(sha256, bytes)))
    await store.assemble(file.index)
    expect(Buffer.compare(await store.read(file.index.sha256), file.bytes)).toBe(0)
  })
})
