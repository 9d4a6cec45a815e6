import { createHash } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
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
      const read = await readHashed(file).catch(() => undefined)
      if (read === undefined) continue
      expect(sha256Of(read.bytes)).toBe(read.sha256)
      outcomes[read.sha256 === sha256 ? 'right' : 'refused'] += 1
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
    expect(read?.bytes.length).toBe(length)
    expect(read?.sha256).toBe(sha256Of(bytes))
  })

  // Sizes of gigabytes: test/faults/file-sizes.test.ts.
  it('more bytes than it may have is not read', async () => {
    await using folder = await temporaryFolder()
    const file = path.join(folder.path, 'file')
    await writeFile(file, pseudoBytes(11, 5))
    expect(await readHashed(file, 10)).toBeUndefined()
    expect((await readHashed(file, 11))?.bytes.length).toBe(11)
  })
})
