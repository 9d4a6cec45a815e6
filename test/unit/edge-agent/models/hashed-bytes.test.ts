import { createHash } from 'node:crypto'
import { open, rename, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { createDataFolder } from '../../../../edge-agent/src/files/data-layout.js'
import { DiskModelStore } from '../../../../edge-agent/src/models/disk-model-store.js'
import { readHashed } from '../../../../edge-agent/src/models/read-hashed.js'
import { pseudoBytes } from '../../../support/pseudo-bytes.js'
import { temporaryFolder } from '../../../support/temporary-folder.js'

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('S9: the bytes of a stored file', () => {
  it('are those that were hashed, however the file is swapped meanwhile', async () => {
    await using folder = await temporaryFolder()
    const layout = await createDataFolder(folder.path)
    const [good, evil] = [pseudoBytes(300_000, 1), pseudoBytes(300_000, 2)]
    const sha256 = sha256Of(good)
    const file = path.join(layout.models, sha256)
    let ended = false
    const swapping = (async () => {
      for (let turn = 0; !ended; turn++) {
        // In place and by renaming: a reader may find either, or half of each.
        await writeFile(file, turn % 2 === 0 ? evil : good)
        await writeFile(`${file}.other`, turn % 3 === 0 ? good : evil)
        await rename(`${file}.other`, file)
      }
    })()
    const outcomes = { right: 0, refused: 0 }
    for (let race = 0; race < 300; race++) {
      const { bytes, sha256: told } = await readHashed(file).catch(() => ({
        bytes: undefined,
        sha256: '',
      }))
      if (bytes === undefined) continue
      expect(sha256Of(bytes)).toBe(told)
      outcomes[told === sha256 ? 'right' : 'refused'] += 1
    }
    ended = true
    await swapping
    expect(outcomes.refused).toBeGreaterThan(0)
  })

  it('that have changed are refused, and the file goes', async () => {
    await using folder = await temporaryFolder()
    const layout = await createDataFolder(folder.path)
    await using store = await DiskModelStore.open(layout)
    const bytes = pseudoBytes(1_000, 3)
    await store.putFile(sha256Of(bytes), bytes)
    await writeFile(path.join(layout.models, sha256Of(bytes)), pseudoBytes(1_000, 4))
    await expect(store.read(sha256Of(bytes))).rejects.toMatchObject({ code: 'storage-corrupt' })
    expect(await store.has(sha256Of(bytes))).toBe(false)
  })
})

describe('S10: a file of', () => {
  it.each([0, 1, 1_048_575, 1_048_576, 1_048_577])('%d bytes is hashed whole', async (length) => {
    await using folder = await temporaryFolder()
    const file = path.join(folder.path, 'file')
    const bytes = pseudoBytes(length, 5)
    await writeFile(file, bytes)
    const read = await readHashed(file)
    expect(read.bytes.length).toBe(length)
    expect(read.sha256).toBe(sha256Of(bytes))
  })

  it('2^31 bytes and one more is not taken for a short one', { timeout: 120_000 }, async () => {
    await using folder = await temporaryFolder()
    const file = path.join(folder.path, 'sparse')
    await writeFile(file, 'x')
    await truncate(file, 2 ** 31 + 1)
    const handle = await open(file, 'r+')
    await handle.write('end', 2 ** 31 - 2)
    await handle.close()
    const { bytes, sha256 } = await readHashed(file)
    expect(bytes.length).toBe(2 ** 31 + 1)
    expect(String.fromCharCode(...bytes.subarray(2 ** 31 - 2))).toBe('end')
    const digest = createHash('sha256')
    for (let at = 0; at < bytes.length; at += 2 ** 26)
      digest.update(bytes.subarray(at, at + 2 ** 26))
    expect(sha256).toBe(digest.digest('hex'))
  })

  it('more than a process can hold is refused, not cut off', async () => {
    await using folder = await temporaryFolder()
    const layout = await createDataFolder(folder.path)
    const name = 'a'.repeat(64)
    await writeFile(path.join(layout.models, name), '')
    await truncate(path.join(layout.models, name), 2 ** 32 + 1)
    await using store = await DiskModelStore.open(layout)
    await expect(store.read(name)).rejects.toMatchObject({ name: 'StorageError' })
  })
})
