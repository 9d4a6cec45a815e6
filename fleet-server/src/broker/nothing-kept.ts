import { topicMap } from '@kedge/shared/protocol/topic-map'
import { parseTopic } from '@kedge/shared/protocol/topics'
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
 * stored by the features, chunks are sent by `BlobSender`. What remains is the desired state, which
 * a subscriber gets from the database.
 */
export const retainedOnly = (
  source: Pick<RetainedSource, 'desired'>,
  onError: (error: unknown) => void,
) => ({
  setup: nothing,
  destroy: nothing,
  storeRetained: nothing,
  createRetainedStreamCombi: (paths: readonly string[]) =>
    paths.some(isDesired) ? Readable.from(desiredOf(paths, source, onError)) : nothingRetained,
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

const isDesired = (path: string) => path.endsWith('/desired')

async function* desiredOf(
  paths: readonly string[],
  source: Pick<RetainedSource, 'desired'>,
  onError: (error: unknown) => void,
) {
  for (const path of paths) {
    const parsed = parseTopic(path)
    if (!('device' in parsed) || parsed.topic.kind !== 'desired') continue
    try {
      const envelope = await source.desired(parsed.device)
      if (!envelope) continue
      const payload = Buffer.from(topicMap.desired.codec.encode(envelope))
      yield { cmd: 'publish', topic: path, payload, qos: 1, retain: true }
    } catch (error) {
      // The device keeps what it runs; it asks again when it next connects.
      onError(error)
    }
  }
}
