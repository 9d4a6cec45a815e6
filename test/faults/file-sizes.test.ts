import { truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  decodeChunkIndex,
  encodeChunkIndex,
  maxChunkBytes,
  type ChunkIndex,
} from '@kedge/shared/delivery/chunk-index'
import { openRelease } from '@kedge/shared/device/release-loader'
import { releaseCodec } from '@kedge/shared/model/release'
import { formatBytes } from '@kedge/shared/util/units'
import { createDataFolder, type DataLayout } from '../../edge-agent/src/files/data-layout.js'
import { assembleFile } from '../../edge-agent/src/models/assemble-file.js'
import { sha256Of } from '../../edge-agent/src/models/chunk-segment.js'
import { DiskModelStore } from '../../edge-agent/src/models/disk-model-store.js'
import { scaleSpec } from '../e2e/pages/tiny-release.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const sizes = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 1]
const MiB = 2 ** 20

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let layout: DataLayout
beforeEach(async () => {
  folder = await temporaryFolder()
  layout = await createDataFolder(folder.path)
})
afterEach(() => folder[Symbol.asyncDispose]())

/** A file of zeros that takes no room on the disk. */
async function sparseFile(name: string, length: number): Promise<string> {
  const file = path.join(folder.path, name)
  await writeFile(file, '')
  await truncate(file, length)
  return file
}

/** How much more memory the process held at most while `work` ran. */
async function memoryOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss
  let most = before
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20)
  await work().finally(() => clearInterval(watch))
  return Math.max(most, process.memoryUsage().rss) - before
}

const lengthsOf = (length: number): number[] => {
  const whole = Array.from({ length: Math.floor(length / maxChunkBytes) }, () => maxChunkBytes)
  return length % maxChunkBytes === 0 ? whole : [...whole, length % maxChunkBytes]
}

const indexOf = (length: number): ChunkIndex => {
  const sha256 = sha256Of(new Uint8Array(1))
  return { sha256, length, chunks: lengthsOf(length).map((length) => ({ sha256, length })) }
}

describe('S10: files at the boundaries of sizes', () => {
  it.each([
    [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    // The largest crosses all boundaries. What coreutils' sha256sum says of so many zeros.
    [2 ** 32 + 1, 'fbb82f7b353676bb562eb82157fcf0ea42c36492ca13ee56dbf82c08b6802c5c'],
  ])(
    'of %d bytes are hashed to the last of them, in bounded memory',
    { timeout: 600_000 },
    async (length, expected) => {
      const file = await sparseFile('zeros', length)
      let digest = ''
      const grown = await memoryOf(async () => {
        digest = await assembleFile(path.join(folder.path, 'copy'), [{ file, offset: 0, length }])
      })
      expect(digest).toBe(expected)
      expect(grown).toBeLessThan(128 * MiB)
    },
  )

  it.each(sizes)(
    'of %d bytes that took the place of a stored one are not read whole',
    async (n) => {
      const bytes = new TextEncoder().encode('what was stored')
      const sha256 = sha256Of(bytes)
      {
        await using models = await DiskModelStore.open(layout)
        await models.putFile(sha256, bytes)
        await truncate(path.join(layout.models, sha256), n)
        const grown = await memoryOf(() =>
          expect(models.read(sha256)).rejects.toMatchObject({ code: 'storage-corrupt' }),
        )
        expect(grown).toBeLessThan(64 * MiB)
        expect(await models.has(sha256)).toBe(false)
      }
    },
  )

  it.each(sizes)('of %d declared bytes are kept in an index as they are', (length) => {
    const index = indexOf(length)
    expect(decodeChunkIndex(encodeChunkIndex(index)).length).toBe(length)
    const cut = { ...index, length: length % 2 ** 32 }
    if (cut.length !== length) {
      expect(() => decodeChunkIndex(encodeChunkIndex(cut))).toThrow(/do not add up/)
    }
  })

  it.each(sizes)(
    'of %d declared bytes in a release are refused when no model is so large',
    async (length) => {
      const { spec } = await scaleSpec(2)
      const { model, version } = spec.release
      const files = spec.release.files.map((file) => ({ ...file, length }))
      const bytes = releaseCodec.encode({ ...spec.release, files })
      const open = () => openRelease(bytes, { model, version, sha256: sha256Of(bytes), length: 1 })
      if (length < 2 ** 31) return expect(open().files[0]!.length).toBe(length)
      expect(open).toThrow(expect.objectContaining({ code: 'model-too-large' }) as Error)
      expect(open).toThrow(formatBytes(length))
    },
  )
})
