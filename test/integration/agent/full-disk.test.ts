import { execFileSync } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemEntropy } from '@kedge/shared/util/entropy'
import { createDataFolder } from '../../../edge-agent/src/files/data-layout.js'
import { DiskModelStore } from '../../../edge-agent/src/models/disk-model-store.js'
import { DiskStateStore } from '../../../edge-agent/src/state/disk-state-store.js'
import { SqliteSpool } from '../../../edge-agent/src/telemetry/sqlite-spool.js'
import { fileOf, sampleChunk } from '../../contract/sample-files.js'
import { sampleWindow } from '../../contract/telemetry-spool.suite.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const canMount = process.platform === 'linux' && tryMount()

function tryMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'], {
      stdio: 'ignore',
    })
    return process.getuid?.() === 0
  } catch {
    return false
  }
}

/** A file system of a few megabytes. */
async function smallDisk(bytes: number) {
  const folder = await temporaryFolder()
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'none', folder.path])
  return {
    path: folder.path,
    async [Symbol.asyncDispose]() {
      // Lazily: SQLite's driver closes its files when its objects are collected.
      execFileSync('umount', ['--lazy', folder.path])
      await folder[Symbol.asyncDispose]()
    },
  }
}

const chunksOf = (count: number, seed: number) =>
  Promise.all(Array.from({ length: count }, (_, i) => sampleChunk(seed + i, 65_536)))

describe.skipIf(!canMount)('a full disk (skipped where no tmpfs can be mounted)', () => {
  it('refuses what does not fit, keeps what is there, and goes on when there is room', async () => {
    await using disk = await smallDisk(4 * 1024 * 1024)
    const layout = await createDataFolder(path.join(disk.path, 'data'))
    await using store = await DiskModelStore.open(layout)
    const installed = await fileOf(await chunksOf(16, 1))
    for (const { sha256, bytes } of installed.chunks) await store.putChunk(sha256, bytes)
    await store.assemble(installed.index)

    const large = await fileOf(await chunksOf(60, 100))
    const puts = large.chunks.map(({ sha256, bytes }) => store.putChunk(sha256, bytes))
    const outcomes = await Promise.allSettled(puts)
    const failures = outcomes.filter(({ status }) => status === 'rejected')
    expect(failures.length).toBeGreaterThan(0)
    expect(failures[0]).toMatchObject({ reason: { code: 'storage-full' } })
    const kept = await store.read(installed.index.sha256)
    expect(Buffer.compare(kept, installed.bytes)).toBe(0)

    await store.prune(new Set([installed.index.sha256]), new Set())
    const next = await sampleChunk(999, 65_536)
    await store.putChunk(next.sha256, next.bytes)
    expect((await store.heldChunks([next.sha256])).size).toBe(1)
  })

  it('says how much an assembly needs and there is, and leaves nothing half written', async () => {
    await using disk = await smallDisk(4 * 1024 * 1024)
    const layout = await createDataFolder(path.join(disk.path, 'data'))
    await using store = await DiskModelStore.open(layout)
    const file = await fileOf(await chunksOf(40, 1))
    for (const { sha256, bytes } of file.chunks) await store.putChunk(sha256, bytes)
    await expect(store.assemble(file.index)).rejects.toMatchObject({
      code: 'storage-full',
      message: expect.stringMatching(/need 2\.5 MiB, have \d/) as string,
    })
    expect(await readdir(layout.models)).toEqual([])
    expect((await store.heldChunks(file.chunks.map(({ sha256 }) => sha256))).size).toBe(40)
  })

  it('keeps the last saved state and the windows that were stored', async () => {
    await using disk = await smallDisk(1024 * 1024)
    const layout = await createDataFolder(path.join(disk.path, 'data'))
    const state = new DiskStateStore(layout)
    await state.save('device', { moves: 1 })
    using spool = new SqliteSpool({ file: layout.spool, entropy: systemEntropy })
    let stored = 0
    const filling = async () => {
      for (;;) {
        await spool.append(sampleWindow(stored + 1))
        stored += 1
      }
    }
    await expect(filling()).rejects.toMatchObject({ code: 'storage-full' })
    const big = { text: 'x'.repeat(1024 * 1024) }
    await expect(state.save('device', big)).rejects.toMatchObject({ code: 'storage-full' })
    expect(await state.load('device')).toEqual({ moves: 1 })
    expect((await spool.pending(0, 10_000)).length).toBe(stored)
  })
})
