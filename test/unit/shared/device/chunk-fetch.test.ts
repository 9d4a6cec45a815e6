import { describe, expect, it } from 'vitest'
import type { ChunkRef } from '@kedge/shared/delivery/chunk-index'
import { fetchBlob, fetchChunks } from '@kedge/shared/device/chunk-fetch'
import { eventually } from '../../../support/eventually.js'
import { ManualClock } from '../../../support/manual-clock.js'
import { MemoryBroker, MemoryLink } from '../../../support/memory-broker.js'
import { nodeSha256 as sha256 } from '../../../support/memory-fleet.js'
import { pseudoBytes } from '../../../support/pseudo-bytes.js'

async function setUp(count: number) {
  const broker = new MemoryBroker()
  const link = new MemoryLink(broker)
  const clock = new ManualClock()
  const refs: ChunkRef[] = []
  for (let i = 0; i < count; i++) {
    const bytes = pseudoBytes(8, i)
    const name = await sha256(bytes)
    broker.putBlob(name, bytes)
    refs.push({ sha256: name, length: 8 })
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

  it('waits on while anything comes, however slow', async () => {
    const { broker, link, clock, refs, fetch, arrived } = await setUp(20)
    broker.blobAsSent = () => undefined
    const fetching = fetchChunks(refs, fetch)
    for (const { sha256: name } of refs) {
      await eventually(() => link.subscribed.includes(`kedge/1/blob/${name}`))
      await clock.advance(50_000)
      link.deliver(`kedge/1/blob/${name}`, broker.retained.get(`kedge/1/blob/${name}`)!)
    }
    await fetching
    expect(arrived).toHaveLength(20)
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
