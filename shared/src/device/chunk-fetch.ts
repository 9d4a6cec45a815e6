import type { ChunkRef } from '../delivery/chunk-index.js'
import { DeliveryError } from '../errors/device-error.js'
import { topics } from '../protocol/topics.js'
import { deferred } from '../util/deferred.js'
import { Seconds } from '../util/units.js'
import { withDeadline } from '../util/with-deadline.js'
import type { DeviceHost } from './ports/host.js'

type FetchHost = Pick<DeviceHost, 'link' | 'clock' | 'sha256'>

export interface ChunkFetch {
  readonly host: FetchHost
  readonly signal: AbortSignal
  /** Called once for each verified chunk; the next is asked for when it has resolved. */
  readonly onChunk: (chunk: ChunkRef, bytes: Uint8Array) => Promise<void>
}

/** So many subscriptions are open at a time: the device's own flow control. */
const windowSize = 32
/** With no chunk at all for so long the transfer counts as stalled. */
const stallTime = Seconds(60)
/** How often wrong bytes are forgiven before the transfer pauses. */
const maxStrikes = 3

/**
 * Fetches chunks by subscribing to their topics, a window at a time.
 *
 * @throws DeliveryError `chunk-unavailable` when chunks stop coming or stay wrong; the signal's reason
 */
export async function fetchChunks(chunks: readonly ChunkRef[], fetch: ChunkFetch): Promise<void> {
  const queue = chunks.values()
  const failed = new AbortController()
  const signal = AbortSignal.any([fetch.signal, failed.signal])
  const worker = async () => {
    // Workers share one iterator, so each chunk is taken by one of them.
    for (const chunk of queue) {
      signal.throwIfAborted()
      await fetch.onChunk(chunk, await fetchChunk(chunk, fetch.host, signal))
    }
  }
  const workers = Array.from({ length: Math.min(windowSize, chunks.length) }, worker)
  try {
    await Promise.all(workers)
  } catch (error) {
    failed.abort(error)
    await Promise.allSettled(workers)
    throw error
  }
}

/** One verified blob. */
export async function fetchBlob(
  sha256: string,
  host: FetchHost,
  signal: AbortSignal,
): Promise<Uint8Array> {
  return fetchChunk({ sha256, length: -1 }, host, signal)
}

async function fetchChunk(
  chunk: ChunkRef,
  host: FetchHost,
  signal: AbortSignal,
): Promise<Uint8Array> {
  for (let strikes = 0; strikes < maxStrikes; strikes++) {
    const bytes = await receive(chunk.sha256, host, signal)
    const sized = chunk.length === -1 || bytes.length === chunk.length
    if (sized && (await host.sha256(bytes)) === chunk.sha256) return bytes
  }
  throw new DeliveryError(
    'chunk-unavailable',
    `${maxStrikes} times the broker sent other bytes than chunk ${chunk.sha256.slice(0, 12)}`,
  )
}

async function receive(sha256: string, host: FetchHost, signal: AbortSignal): Promise<Uint8Array> {
  const arrived = deferred<Uint8Array>()
  const subscription = await host.link.subscribe(topics.blob(sha256), arrived.resolve)
  try {
    return await withDeadline(arrived.promise, {
      clock: host.clock,
      within: stallTime,
      signal,
      error: () =>
        new DeliveryError(
          'chunk-unavailable',
          `chunk ${sha256.slice(0, 12)} did not arrive within ${stallTime / 1000} s` +
            (host.link.online ? '' : '; there is no connection to the broker'),
        ),
    })
  } finally {
    await subscription[Symbol.asyncDispose]()
  }
}
