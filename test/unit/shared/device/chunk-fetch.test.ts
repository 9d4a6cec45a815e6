import { createHash, randomBytes } from 'node:crypto'
import type { ChunkRef } from '@kedge/shared/delivery/chunk-index'
import { fetchBlob, fetchChunks } from '@kedge/shared/device/chunk-fetch'
import type { Link } from '@kedge/shared/device/ports/link'
import { parseTopic } from '@kedge/shared/protocol/topics'
import { Ms } from '@kedge/shared/util/units'
import type { Clock } from '@kedge/shared/util/clock'
import { describe, expect, it } from 'vitest'

const sha256 = (bytes: Uint8Array) =>
  Promise.resolve(createHash('sha256').update(bytes).digest('hex'))

/** A broker in memory: what it holds comes on subscribing, in a turn of its own. */
class ChunkLink implements Link {
  readonly online = true
  readonly malformed = 0
  readonly chunks = new Map<string, Uint8Array>()
  /** Answers before this many subscriptions are wrong bytes. */
  wrong = 0
  open = 0
  mostOpen = 0

  publish(): Promise<void> {
    return Promise.resolve()
  }

  onOnline(): () => void {
    return () => undefined
  }

  subscribe(...[topic, onDocument]: Parameters<Link['subscribe']>): Promise<AsyncDisposable> {
    this.open += 1
    this.mostOpen = Math.max(this.mostOpen, this.open)
    const parsed = parseTopic(topic.path)
    const held = 'sha256' in parsed ? this.chunks.get(parsed.sha256) : undefined
    const isWrong = this.wrong > 0
    if (isWrong) this.wrong -= 1
    if (held) setImmediate(() => onDocument((isWrong ? randomBytes(8) : held) as never))
    return Promise.resolve({
      [Symbol.asyncDispose]: () => {
        this.open -= 1
        return Promise.resolve()
      },
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve()
  }
}

/** Time that passes when somebody sleeps. */
class SleepingClock implements Clock {
  #now = 0
  now = () => Ms(this.#now)
  monotonic = () => Ms(this.#now)
  async sleep(duration: Ms, signal?: AbortSignal): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 20))
    if (signal?.aborted) throw signal.reason as Error
    this.#now += duration
  }
}

async function setUp(count: number) {
  const link = new ChunkLink()
  const refs: ChunkRef[] = []
  for (let i = 0; i < count; i++) {
    const bytes = randomBytes(8)
    const name = await sha256(bytes)
    link.chunks.set(name, bytes)
    refs.push({ sha256: name, length: 8 })
  }
  const arrived: string[] = []
  const fetch = {
    host: { link, clock: new SleepingClock(), sha256 },
    signal: new AbortController().signal,
    onChunk: (chunk: ChunkRef) => {
      arrived.push(chunk.sha256)
      return Promise.resolve()
    },
  }
  return { link, refs, fetch, arrived }
}

describe('chunk fetch', () => {
  it('brings every chunk once, with at most 32 subscriptions open, and leaves none', async () => {
    const { link, refs, fetch, arrived } = await setUp(100)
    await fetchChunks(refs, fetch)
    expect(arrived.toSorted()).toEqual(refs.map((ref) => ref.sha256).sort())
    expect(link).toMatchObject({ mostOpen: 32, open: 0 })
  })

  it('asks again for a chunk that came with wrong bytes', async () => {
    const { link, refs, fetch } = await setUp(1)
    link.wrong = 2
    const [{ sha256: name } = { sha256: '' }] = refs
    const bytes = await fetchBlob(name, fetch.host, fetch.signal)
    expect(await sha256(bytes)).toBe(name)
  })

  it('gives up a chunk that came wrong three times', async () => {
    const { link, refs, fetch } = await setUp(40)
    link.wrong = 1_000
    await expect(fetchChunks(refs, fetch)).rejects.toMatchObject({ code: 'chunk-unavailable' })
    expect(link.open).toBe(0)
  })

  it('gives up when nothing comes for a minute', async () => {
    const { link, refs, fetch, arrived } = await setUp(40)
    const [missing] = refs
    if (missing) link.chunks.delete(missing.sha256)
    await expect(fetchChunks(refs, fetch)).rejects.toThrow(/no chunk arrived within 60 s/)
    expect(arrived).toHaveLength(39)
    expect(link.open).toBe(0)
  })

  it('stops with the reason of its signal, and of what its caller throws', async () => {
    const { link, refs, fetch } = await setUp(40)
    link.chunks.clear()
    const reason = new Error('superseded')
    const signal = AbortSignal.abort(reason)
    await expect(fetchChunks(refs, { ...fetch, signal })).rejects.toBe(reason)
    const stopping = new AbortController()
    setTimeout(() => stopping.abort(reason), 5)
    await expect(fetchChunks(refs, { ...fetch, signal: stopping.signal })).rejects.toBe(reason)
    const other = await setUp(40)
    const onChunk = () => Promise.reject(new Error('the disk is full'))
    await expect(fetchChunks(other.refs, { ...other.fetch, onChunk })).rejects.toThrow('disk')
    expect([link.open, other.link.open]).toEqual([0, 0])
  })
})
