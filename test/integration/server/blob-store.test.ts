import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { Bytes } from '@kedge/shared/util/units'
import { sha256Of, type BlobStore } from '../../../fleet-server/src/blobs/blob-store.js'
import { CachedBlobStore } from '../../../fleet-server/src/blobs/cached-blob-store.js'
import { DiskBlobStore } from '../../../fleet-server/src/blobs/disk-blob-store.js'
import { S3BlobStore } from '../../../fleet-server/src/blobs/s3-blob-store.js'
import { pseudoBytes } from '../../support/pseudo-bytes.js'
import { s3Missing, startS3 } from '../../support/s3-server.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

type Opened = AsyncDisposable & { readonly store: BlobStore }

const implementations: {
  name: string
  missing?: string | undefined
  open: () => Promise<Opened>
}[] = [
  {
    name: 'disk',
    async open() {
      const folder = await temporaryFolder()
      return Object.assign(folder, { store: await DiskBlobStore.open(folder.path) })
    },
  },
  {
    name: 'disk with a cache',
    async open() {
      const folder = await temporaryFolder()
      const disk = await DiskBlobStore.open(folder.path)
      return Object.assign(folder, { store: new CachedBlobStore(disk, Bytes(1_500)) })
    },
  },
  {
    name: 'S3',
    missing: s3Missing,
    async open() {
      const server = await startS3()
      const { endpoint } = server
      const config = { kind: 's3', bucket: 'models', prefix: 'k', endpoint, region: 'eu' } as const
      const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' }
      return Object.assign(server, { store: new S3BlobStore(config, credentials) })
    },
  },
]

for (const { name, missing, open } of implementations) {
  describe.skipIf(missing)(`blob store on ${name}${missing ? ` (${missing})` : ''}`, () => {
    it('gives back what was put, under its digest', async () => {
      await using opened = await open()
      const bytes = pseudoBytes(1_000, 1)
      const sha256 = sha256Of(bytes)
      expect(await opened.store.get(sha256)).toBeUndefined()
      expect(await opened.store.size(sha256)).toBeUndefined()
      await opened.store.put(sha256, bytes)
      await opened.store.put(sha256, bytes)
      for (let read = 0; read < 2; read++) {
        expect(new Uint8Array((await opened.store.get(sha256))!)).toEqual(bytes)
      }
      expect(await opened.store.size(sha256)).toBe(1_000)
      expect(await opened.store.has(sha256)).toBe(true)
    })

    it('gives no name to bytes that have another digest', async () => {
      await using opened = await open()
      const sha256 = 'a'.repeat(64)
      await expect(opened.store.put(sha256, pseudoBytes(10, 1))).rejects.toMatchObject({
        code: 'digest-mismatch',
      })
      expect(await opened.store.has(sha256)).toBe(false)
    })

    it('tells which of many are missing, each once', async () => {
      await using opened = await open()
      const blobs = Array.from({ length: 20 }, (_, seed) => pseudoBytes(100, seed))
      const digests = blobs.map(sha256Of)
      for (const i of [3, 7]) await opened.store.put(digests[i]!, blobs[i]!)
      const missingOnes = digests.filter((_, i) => i !== 3 && i !== 7)
      expect(await opened.store.missing([...digests, ...digests])).toEqual(missingOnes)
    })
  })
}

describe('disk blob store', () => {
  it('removes what a killed server left half written', async () => {
    await using folder = await temporaryFolder()
    await mkdir(path.join(folder.path, 'ab'))
    await writeFile(path.join(folder.path, 'ab', 'abcd.0123.partial'), 'half')
    await DiskBlobStore.open(folder.path)
    expect(await readdir(path.join(folder.path, 'ab'))).toEqual([])
  })
})

describe('blob cache', () => {
  const counting = (bytes: Uint8Array) => {
    const counts = { reads: 0 }
    const store = {
      get: () => {
        counts.reads += 1
        return Promise.resolve(bytes)
      },
    } as unknown as BlobStore
    return { store, counts }
  }

  it('reads a blob that many ask for at once only once', async () => {
    const { store, counts } = counting(pseudoBytes(100, 1))
    const cache = new CachedBlobStore(store, Bytes(1_000))
    await Promise.all(Array.from({ length: 100 }, () => cache.get('a')))
    expect(counts.reads).toBe(1)
  })

  it('lets go of the blob used longest ago when it is full', async () => {
    const { store, counts } = counting(pseudoBytes(100, 1))
    const cache = new CachedBlobStore(store, Bytes(250))
    await cache.get('a')
    await cache.get('b')
    await cache.get('a')
    await cache.get('c')
    await cache.get('a')
    expect(counts.reads).toBe(3)
    await cache.get('b')
    expect(counts.reads).toBe(4)
  })
})
