import { topicMap } from '@kedge/shared/protocol/topic-map'
import { findTopicRule } from '@kedge/shared/protocol/topic-rules'
import { Readable } from 'node:stream'
import type { RetainedSource } from '../devices/device-door.js'

/**
 * What aedes asks of a message bus. Nothing passes through it: what devices send goes to the
 * features, and what they are to hear is written to the one connection it is for. So no device can
 * hold up another, and no burst can fill a queue between them.
 */
export const silentBus = {
  on(_topic: string, _listener: unknown, done?: () => void) {
    if (done) setImmediate(done)
    return silentBus
  },
  removeListener(_topic: string, _listener: unknown, done?: () => void) {
    if (done) setImmediate(done)
    return silentBus
  },
  emit(_packet: unknown, done?: (error?: Error | null) => void) {
    if (done) setImmediate(done)
    return silentBus
  },
  close(done?: () => void) {
    if (done) setImmediate(done)
    return silentBus
  },
}

/** Every session is clean, so there is nothing that a session leaves behind. */
const nothing = async (): Promise<void> => {}

/** Each connection takes one; an iterable behind it would cost more than the rest of a CONNECT. */
const emptyStream = () =>
  new Readable({
    read() {
      this.push(null)
    },
  })

/**
 * What aedes asks of a persistence, with nothing in it: sessions are clean, devices' messages are
 * stored by the features, chunks are sent by `BlobSender`. What remains are the desired state and
 * signed metadata, which a subscriber gets from the database.
 */
export const retainedOnly = (
  source: Pick<RetainedSource, 'desired' | 'meta'>,
  onError: (error: unknown) => void,
) => ({
  setup: nothing,
  destroy: nothing,
  storeRetained: nothing,
  createRetainedStreamCombi: (paths: readonly string[]) =>
    paths.every(isBlob) ? nothingRetained : Readable.from(retainedOf(paths, source, onError)),
  addSubscriptions: nothing,
  removeSubscriptions: nothing,
  cleanSubscriptions: nothing,
  subscriptionsByClient: () => Promise.resolve([]),
  subscriptionsByTopic: () => Promise.resolve([]),
  outgoingEnqueue: nothing,
  outgoingEnqueueCombi: nothing,
  outgoingUpdate: nothing,
  outgoingClearMessageId: nothing,
  outgoingStream: emptyStream,
  cleanIncoming: nothing,
  putWill: nothing,
  delWill: nothing,
  streamWill: emptyStream,
})

/** For the many subscriptions to chunks: a stream for each would cost as much as the chunk. */
const nothingRetained = { pipe: () => undefined }

const isBlob = (path: string) => /\/blob\/[0-9a-f]+$/.test(path)

type Source = Pick<RetainedSource, 'desired' | 'meta'>

async function* retainedOf(
  paths: readonly string[],
  source: Source,
  onError: (error: unknown) => void,
) {
  for (const path of paths) {
    try {
      const payload = await payloadOf(path, source)
      if (payload) yield { cmd: 'publish', topic: path, payload, qos: 1, retain: true }
    } catch (error) {
      // The device keeps what it runs; it asks again when it next connects.
      onError(error)
    }
  }
}

async function payloadOf(path: string, source: Source): Promise<Buffer | undefined> {
  const { rule, names } = findTopicRule('device', 'subscribe', path) ?? {}
  if (rule?.kind === 'meta' && names?.name !== undefined) {
    const bytes = await source.meta(names.name)
    return bytes && Buffer.from(bytes)
  }
  if (rule?.kind !== 'desired' || names?.device === undefined) return undefined
  const envelope = await source.desired(names.device)
  return envelope && Buffer.from(topicMap.desired.codec.encode(envelope))
}
