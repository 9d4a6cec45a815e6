import type { ChunkRef } from '../delivery/chunk-index.js'
import { DeliveryError } from '../errors/device-error.js'
import { topics } from '../protocol/topics.js'
import { deferred, type Deferred } from '../util/deferred.js'
import { formatBytes } from '../util/units.js'
import type { DeviceHost } from './ports/host.js'
import { TransferPace } from './transfer-pace.js'

type FetchHost = Pick<DeviceHost, 'link' | 'clock' | 'sha256'>

export interface ChunkFetch {
  readonly host: FetchHost
  readonly signal: AbortSignal
  /** Called once for each verified chunk; the next are asked for when it has resolved. */
  readonly onChunk: (chunk: ChunkRef, bytes: Uint8Array) => Promise<void>
  /** Whether the device holds another part of what these chunks are for. */
  readonly isPartHeld?: boolean
}

/**
 * So many subscriptions are open at a time: the device's own flow control, and at 64 KiB a chunk the
 * 8 MiB it may have to hold at most. Half as many cost an agent on a fast link a tenth of its rate.
 */
const windowSize = 128
/**
 * The window moves by halves, so that sixty-four chunks cost one SUBSCRIBE and one UNSUBSCRIBE, and
 * one half is under way while the other is asked for. Moving it chunk by chunk takes twice the CPU
 * time on both sides.
 */
const batchSize = windowSize / 2
/** How often wrong bytes are forgiven before the transfer pauses. */
const maxStrikes = 3

/**
 * Fetches chunks by subscribing to their topics, a window at a time.
 *
 * @throws DeliveryError `chunk-unavailable` when no chunk comes or one stays wrong,
 *   `release-incomplete` when only a part comes, `transfer-slow` when they come too slowly; the
 *   signal's reason
 */
export async function fetchChunks(chunks: readonly ChunkRef[], fetch: ChunkFetch): Promise<void> {
  const transfer = new Transfer(chunks, fetch)
  const batches = inBatches(chunks)
  const half = async () => {
    // Both halves share one iterator, so each batch is taken by one of them.
    for (const batch of batches) await transfer.fetchBatch(batch)
  }
  const watching = new AbortController()
  const watch = transfer.watch(watching.signal)
  const results = await Promise.allSettled([half(), half()])
  watching.abort()
  await watch
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** One verified blob. */
export async function fetchBlob(
  { sha256, length = -1 }: { readonly sha256: string; readonly length?: number },
  host: FetchHost,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const blob = deferred<Uint8Array>()
  const onChunk = (_chunk: ChunkRef, bytes: Uint8Array) => Promise.resolve(blob.resolve(bytes))
  await fetchChunks([{ sha256, length }], { host, signal, onChunk })
  return blob.promise
}

class Transfer {
  readonly #fetch: ChunkFetch
  readonly #stopping = new AbortController()
  readonly #signal: AbortSignal
  readonly #expected = new Set<Deferred<Uint8Array>>()
  readonly #pace: TransferPace
  #hasPart: boolean

  constructor(chunks: readonly ChunkRef[], fetch: ChunkFetch) {
    this.#fetch = fetch
    this.#pace = new TransferPace(fetch.host.clock, chunks)
    this.#hasPart = fetch.isPartHeld ?? false
    this.#signal = AbortSignal.any([fetch.signal, this.#stopping.signal])
    this.#signal.addEventListener('abort', () => {
      for (const arrival of this.#expected) arrival.reject(this.#signal.reason)
    })
  }

  /** Fetches all of `batch` side by side; throws the first reason why one cannot be had. */
  async fetchBatch(batch: readonly ChunkRef[]): Promise<void> {
    const open: AsyncDisposable[] = []
    const fetchOne = async (chunk: ChunkRef) => {
      try {
        await this.#fetch.onChunk(chunk, await this.#receiveRight(chunk, open))
      } catch (error) {
        this.#stopping.abort(error)
      }
    }
    await Promise.all(batch.map(fetchOne))
    // All in one turn of the event loop, which makes them one packet.
    await Promise.all(open.map((subscription) => subscription[Symbol.asyncDispose]()))
    this.#signal.throwIfAborted()
  }

  /** Stops the transfer when chunks come too slowly, or not at all; ends with `signal`. */
  async watch(signal: AbortSignal): Promise<void> {
    const { clock } = this.#fetch.host
    for (let { left } = this.#pace; left > 0; { left } = this.#pace) {
      await clock.sleep(left, signal).catch(() => undefined)
      if (signal.aborted) return
    }
    this.#stopping.abort(this.#explainDelay())
  }

  /** Why the transfer has stopped: what an attacker holds back has a name of its own. */
  #explainDelay(): DeliveryError {
    const { received, window, isTrickling } = this.#pace
    const within = `within ${window / 1_000} s`
    if (!this.#fetch.host.link.online) {
      const message = `no chunk arrived ${within}; there is no connection to the broker`
      return new DeliveryError('chunk-unavailable', message)
    }
    if (isTrickling) {
      const message = `only ${formatBytes(received)} arrived ${within}; what arrived is kept`
      return new DeliveryError('transfer-slow', message)
    }
    return this.#hasPart
      ? new DeliveryError(
          'release-incomplete',
          `a part is here; no chunk arrived ${within} besides`,
        )
      : new DeliveryError('chunk-unavailable', `no chunk arrived ${within}`)
  }

  async #receiveRight(chunk: ChunkRef, open: AsyncDisposable[]): Promise<Uint8Array> {
    for (let strikes = 0; strikes < maxStrikes; strikes++) {
      this.#signal.throwIfAborted()
      const { subscription, bytes } = await this.#receive(chunk.sha256)
      const sized = chunk.length === -1 || bytes.length === chunk.length
      if (sized && (await this.#fetch.host.sha256(bytes)) === chunk.sha256) {
        open.push(subscription)
        this.#pace.arrived(bytes.length)
        this.#hasPart = true
        return bytes
      }
      await subscription[Symbol.asyncDispose]()
    }
    throw new DeliveryError(
      'chunk-unavailable',
      `${maxStrikes} times the broker sent other bytes than chunk ${chunk.sha256.slice(0, 12)}`,
    )
  }

  async #receive(sha256: string): Promise<{ subscription: AsyncDisposable; bytes: Uint8Array }> {
    const arrived = deferred<Uint8Array>()
    this.#expected.add(arrived)
    // It may be rejected while the subscription is still being granted.
    arrived.promise.catch(() => undefined)
    const subscription = await this.#fetch.host.link.subscribe(topics.blob(sha256), (bytes) =>
      arrived.resolve(bytes),
    )
    try {
      this.#signal.throwIfAborted()
      return { subscription, bytes: await arrived.promise }
    } catch (error) {
      await subscription[Symbol.asyncDispose]()
      throw error
    } finally {
      this.#expected.delete(arrived)
    }
  }
}

function* inBatches(chunks: readonly ChunkRef[]): Generator<readonly ChunkRef[]> {
  for (let start = 0; start < chunks.length; start += batchSize) {
    yield chunks.slice(start, start + batchSize)
  }
}
