import { expect } from '@playwright/test'
import { openRooms, test } from './support/rooms-test.js'
import type {} from './pages/rooms.js'

test.describe('storage in IndexedDB', () => {
  test('keeps a file across a reload and reads it as one blob', async ({ roomsPage: page }) => {
    const digest = await page.evaluate(async () => {
      const bytes = crypto.getRandomValues(new Uint8Array(60_000))
      const sha256 = await rooms.webSha256(bytes)
      await rooms.modelStore('reload').putFile(sha256, bytes)
      return sha256
    })
    await page.reload()
    await page.waitForFunction(() => 'rooms' in window)
    const again = await page.evaluate(
      async (sha256) => rooms.webSha256(await rooms.modelStore('reload').read(sha256)),
      digest,
    )
    expect(again).toBe(digest)
  })

  test('joins staged chunks with chunks of an installed file', async ({ roomsPage: page }) => {
    const result = await page.evaluate(async () => {
      const store = rooms.modelStore('join')
      const part = (fill: number) => new Uint8Array(1_000).fill(fill)
      const chunkOf = async (bytes: Uint8Array) => ({
        sha256: await rooms.webSha256(bytes),
        length: bytes.length,
      })
      const indexOf = async (parts: Uint8Array[]) => {
        const whole = new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer())
        const chunks = await Promise.all(parts.map(chunkOf))
        return { sha256: await rooms.webSha256(whole), length: whole.length, chunks }
      }
      const first = await indexOf([part(1), part(2)])
      const second = await indexOf([part(2), part(3), part(2)])
      for (const fill of [1, 2])
        await store.putChunk((await chunkOf(part(fill))).sha256, part(fill))
      await store.assemble(first)
      const hashes = second.chunks.map(({ sha256 }) => sha256)
      const held = await store.heldChunks(hashes)
      await store.putChunk(hashes[1]!, part(3))
      await store.assemble(second)
      return {
        heldBefore: held.size,
        read: await rooms.webSha256(await store.read(second.sha256)),
        expected: second.sha256,
      }
    })
    expect(result.heldBefore).toBe(1)
    expect(result.read).toBe(result.expected)
  })

  test('removes a file whose bytes have changed, and says so', async ({ roomsPage: page }) => {
    const result = await page.evaluate(async () => {
      const store = rooms.modelStore('changed')
      const bytes = new Uint8Array(5_000).fill(7)
      const sha256 = await rooms.webSha256(bytes)
      await store.putFile(sha256, bytes)
      await rooms
        .database('changed')
        .write(['contents'], (tx) => tx.objectStore('contents').put(new Blob(['other']), sha256))
      const code = await store.read(sha256).catch((error: { code: string }) => error.code)
      return { code, stillThere: await store.has(sha256) }
    })
    expect(result).toEqual({ code: 'storage-corrupt', stillThere: false })
  })

  test('fetches a damaged chunk again instead of failing for ever', async ({ roomsPage: page }) => {
    const result = await page.evaluate(async () => {
      const store = rooms.modelStore('damaged')
      const bytes = new Uint8Array(3_000).fill(5)
      const sha256 = await rooms.webSha256(bytes)
      const index = { sha256, length: 3_000, chunks: [{ sha256, length: 3_000 }] }
      await store.putChunk(sha256, bytes)
      await rooms
        .database('damaged')
        .write(['chunks'], (tx) => tx.objectStore('chunks').put(bytes.slice().fill(6), sha256))
      const code = await store.assemble(index).catch((error: { code: string }) => error.code)
      const held = (await store.heldChunks([sha256])).size
      await store.putChunk(sha256, bytes)
      await store.assemble(index)
      return { code, held, assembled: await store.has(sha256) }
    })
    // Missing, not wrong: that is what a device fetches again.
    expect(result).toEqual({ code: 'chunk-unavailable', held: 0, assembled: true })
  })

  test('says when the browser allows no more space', async ({ roomsPage: page, context }) => {
    const session = await context.newCDPSession(page)
    const origin = new URL(page.url()).origin
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 100_000 })
    const code = await page.evaluate(async () => {
      const bytes = crypto.getRandomValues(new Uint8Array(60_000))
      const store = rooms.modelStore('full')
      for (let i = 0; i < 10; i++) {
        bytes[0] = i
        try {
          await store.putFile(await rooms.webSha256(bytes), bytes)
        } catch (error) {
          return (error as { code: string }).code
        }
      }
      return 'it all fitted'
    })
    await session.send('Storage.overrideQuotaForOrigin', { origin })
    expect(code).toBe('storage-full')
  })

  test('lets a newer page upgrade the database and says who must reload', async ({
    roomsPage: page,
  }) => {
    const reason = await page.evaluate(async () => {
      const database = rooms.database('upgraded')
      await database.read(['documents'], (tx) => tx.objectStore('documents').count())
      await new Promise((resolve, reject) => {
        const newer = indexedDB.open('upgraded', 99)
        newer.onsuccess = () => resolve(newer.result.close())
        newer.onerror = newer.onblocked = reject
      })
      return database
        .read(['documents'], (tx) => tx.objectStore('documents').count())
        .catch((error: Error) => error.message)
    })
    expect(reason).toContain('reload the page')
  })

  test('sets an unreadable document aside', async ({ roomsPage: page }) => {
    const result = await page.evaluate(async () => {
      const database = rooms.database('aside')
      const state = rooms.stateStore('aside')
      await state.save('device', { v: 1 })
      await database.write(['documents'], (tx) =>
        tx.objectStore('documents').put('{"v":', 'state/device'),
      )
      const loaded = await state.load('device')
      const aside = await database.read(['documents'], (tx) =>
        tx.objectStore('documents').get('state/device.unreadable'),
      )
      return { loaded, aside }
    })
    expect(result).toEqual({ loaded: undefined, aside: '{"v":' })
  })

  test('makes one key for the device, which cannot be exported', async ({ roomsPage: page }) => {
    const result = await page.evaluate(async () => {
      const [a, b] = await Promise.all([rooms.deviceKeys('keys'), rooms.deviceKeys('keys')])
      const raw = async (pair: CryptoKeyPair) =>
        new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)).join()
      return {
        same: (await raw(a)) === (await raw(b)),
        exported: await crypto.subtle
          .exportKey('pkcs8', a.privateKey)
          .then(() => true)
          .catch(() => false),
      }
    })
    expect(result).toEqual({ same: true, exported: false })
  })

  test('numbers windows of two tabs in one stream without a gap', async ({
    roomsPage: page,
    context,
    roomsServer,
  }) => {
    const other = await context.newPage()
    await openRooms(other, roomsServer)
    const append = async () => {
      const spool = await rooms.spool('tabs')
      const window = {
        model: 'scale',
        version: '1.0.0',
        release: '0'.repeat(64),
        provider: 'wasm',
        from: 0,
        to: 1,
        count: 1,
        errors: {},
        latency: [],
        outputs: {},
      }
      for (let i = 0; i < 20; i++) await spool.append(window)
      return spool.stream
    }
    const [first, second] = await Promise.all([page.evaluate(append), other.evaluate(append)])
    const numbers = await page.evaluate(async () => {
      const spool = await rooms.spool('tabs')
      const all = await spool.pending(0, 100)
      await spool.trim(39)
      return { all: all.map(({ seq }) => seq), left: await spool.pending(0, 100) }
    })
    expect(first).toBe(second)
    expect(numbers.all).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
    expect(numbers.left.map(({ seq }) => seq)).toEqual([40])
  })
})
