import { describe, expect, it } from 'vitest'
import type { ChunkRef } from '@kedge/shared/delivery/chunk-index'
import { fetchBlob, fetchChunks } from '@kedge/shared/device/chunk-fetch'
import { eventually } from '../../../support/eventually.js'
import { ManualClock } from '../../../support/manual-clock.js'
import { MemoryBroker, MemoryLink } from '../../../support/memory-broker.js'
import { nodeSha256 as sha256 } from '../../../support/memory-fleet.js'
import { pseudoBytes } from '../../../support/pseudo-bytes.js'

async function setUp(count: number, chunkBytes = 8) {
  const broker = new MemoryBroker()
  const link = new MemoryLink(broker)
  const clock = new ManualClock()
  const refs: ChunkRef[] = []
  for (let i = 0; i < count; i++) {
    const bytes = pseudoBytes(chunkBytes, i)
    const name = await sha256(bytes)
    broker.putBlob(name, bytes)
    refs.push({ sha256: name, length: chunkBytes })
  }
  const arrived: string[] = []
  const fetch = {
    host: { link, clock, sha256 },
    signal: new AbortController().signal,
    onChunk: (chunk: ChunkRef) => {
      arrived.push(chunk.sha256)
      return Promise.resolve()
    },
  }
  return { broker, link, clock, refs, fetch, arrived }
}

describe('chunk fetch', () => {
  it('brings every chunk once, with at most 128 subscriptions open, and leaves none', async () => {
    const { broker, link, refs, fetch, arrived } = await setUp(300)
    let mostOpen = 0
    broker.blobAsSent = (_sha256, bytes) => {
      mostOpen = Math.max(mostOpen, link.subscribed.length)
      return bytes
    }
    await fetchChunks(refs, fetch)
    expect(arrived.toSorted()).toEqual(refs.map((ref) => ref.sha256).sort())
    expect([mostOpen, link.subscribed.length]).toEqual([128, 0])
  })

  it('asks again for a chunk that came with wrong bytes', async () => {
    const { broker, refs, fetch } = await setUp(1)
    let wrong = 2
    broker.blobAsSent = (_sha256, bytes) => (wrong-- > 0 ? pseudoBytes(8, 999) : bytes)
    const [{ sha256: name } = { sha256: '' }] = refs
    const bytes = await fetchBlob({ sha256: name }, fetch.host, fetch.signal)
    expect(await sha256(bytes)).toBe(name)
  })

  it('gives up a chunk that came wrong three times', async () => {
    const { broker, link, refs, fetch } = await setUp(40)
    broker.blobAsSent = () => pseudoBytes(8, 999)
    await expect(fetchChunks(refs, fetch)).rejects.toMatchObject({ code: 'chunk-unavailable' })
    expect(link.subscribed).toEqual([])
  })

  it('gives up when nothing comes for a minute', async () => {
    const { broker, link, clock, refs, fetch, arrived } = await setUp(40)
    broker.blobAsSent = (name, bytes) => (name === refs[0]!.sha256 ? undefined : bytes)
    const fetching = expect(fetchChunks(refs, fetch)).rejects.toThrow(
      /no chunk arrived within 60 s/,
    )
    await eventually(() => arrived.length === 39)
    await clock.advance(60_000)
    await fetching
    expect(link.subscribed).toEqual([])
    expect(clock.sleeping).toBe(0)
  })

  it('calls it incomplete when a part came and the rest does not', async () => {
    const { broker, clock, refs, fetch, arrived } = await setUp(3)
    broker.blobAsSent = (name, bytes) => (name === refs[0]!.sha256 ? undefined : bytes)
    const fetching = expect(fetchChunks(refs, fetch)).rejects.toMatchObject({
      code: 'release-incomplete',
    })
    await eventually(() => arrived.length === 2)
    await clock.advance(60_000)
    await fetching
    const rest = { ...fetch, isPartHeld: true }
    const again = expect(fetchChunks(refs.slice(0, 1), rest)).rejects.toMatchObject({
      code: 'release-incomplete',
    })
    await clock.advance(60_000)
    await again
  })

  it.each([
    { claim: 'waits on for what comes at the least rate', length: 60 * 1024, every: 59_000 },
    { claim: 'gives up on what trickles', length: 20 * 1024, every: 25_000, code: 'transfer-slow' },
    { claim: 'lets a large chunk take its time', length: 128 * 1024, every: 127_000 },
    {
      claim: 'gives up on a large chunk that takes longer',
      length: 128 * 1024,
      every: 129_000,
      code: 'chunk-unavailable',
    },
    {
      claim: 'gives up on crumbs that keep coming',
      length: 8,
      every: 5_000,
      code: 'transfer-slow',
    },
  ])('$claim', async ({ length, every, code }) => {
    const { broker, link, clock, refs, fetch, arrived } = await setUp(20, length)
    broker.blobAsSent = () => undefined
    let ended: unknown = 'not yet'
    void fetchChunks(refs, fetch).then(
      () => (ended = undefined),
      (error: { code: string }) => (ended = error.code),
    )
    await eventually(() => link.subscribed.length === 20)
    for (const { sha256: name } of refs) {
      const before = arrived.length
      await clock.advance(every)
      if (ended !== 'not yet') break
      link.deliver(`kedge/1/blob/${name}`, broker.retained.get(`kedge/1/blob/${name}`)!)
      await eventually(() => arrived.length > before)
    }
    await eventually(() => ended !== 'not yet')
    expect(ended).toBe(code)
  })

  it('stops with the reason of its signal, and of what its caller throws', async () => {
    const { broker, link, refs, fetch } = await setUp(40)
    broker.retained.clear()
    const reason = new Error('superseded')
    const signal = AbortSignal.abort(reason)
    await expect(fetchChunks(refs, { ...fetch, signal })).rejects.toBe(reason)
    const stopping = new AbortController()
    const stopped = expect(fetchChunks(refs, { ...fetch, signal: stopping.signal })).rejects.toBe(
      reason,
    )
    await eventually(() => link.subscribed.length === 40)
    stopping.abort(reason)
    await stopped
    const other = await setUp(40)
    const onChunk = () => Promise.reject(new Error('the disk is full'))
    await expect(fetchChunks(other.refs, { ...other.fetch, onChunk })).rejects.toThrow('disk')
    expect([link.subscribed, other.link.subscribed]).toEqual([[], []])
  })
})
