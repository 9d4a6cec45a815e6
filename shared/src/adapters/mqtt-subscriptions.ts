import { LinkError } from '../errors/device-error.js'
import { DocumentError } from '../errors/document-error.js'
import { topicMap, type PayloadOf, type TopicKind } from '../protocol/topic-map.js'
import type { Topic } from '../protocol/topics.js'
import { deferred, type Deferred } from '../util/deferred.js'
import type { MqttClient } from './mqtt-client.js'

interface Listener {
  readonly onDocument: (document: never) => void
}

interface Entry {
  readonly topic: Topic
  /** Several: two deployments may fetch the same chunk. */
  readonly listeners: Set<Listener>
}

export interface SubscriptionEvents {
  readonly onMalformed: (path: string, error: unknown) => void
  /** A subscription that was granted before is refused on a new connection. */
  readonly onRefused: (path: string) => void
  /** Called when the broker is asked; the answer is to call what it returns. */
  readonly onAsking: () => () => void
}

/**
 * What the device listens to, whether or not there is a connection.
 * Changes made in one turn of the event loop travel in one SUBSCRIBE and one UNSUBSCRIBE packet:
 * a window of chunks costs two packets, not two each.
 */
export class MqttSubscriptions {
  readonly #entries = new Map<string, Entry>()
  readonly #events: SubscriptionEvents
  #client: MqttClient | undefined
  readonly #asked = new Map<string, Deferred<void>>()
  readonly #left = new Set<string>()
  #flushing = false

  constructor(events: SubscriptionEvents) {
    this.#events = events
  }

  async add<Kind extends TopicKind>(
    topic: Topic<Kind>,
    onDocument: (document: PayloadOf<Kind>) => void,
  ): Promise<AsyncDisposable> {
    const { path } = topic
    const listener = { onDocument }
    const entry = this.#entries.get(path) ?? { topic, listeners: new Set() }
    this.#entries.set(path, entry)
    entry.listeners.add(listener)
    this.#left.delete(path)
    try {
      // Also where somebody listens already: asking again brings what is retained once more
      // [MQTT-3.8.4-3].
      if (this.#client) await this.#ask(path)
    } catch (error) {
      this.#remove(path, listener)
      throw error
    }
    return {
      [Symbol.asyncDispose]: () => {
        this.#remove(path, listener)
        return Promise.resolve()
      },
    }
  }

  /** Takes over a new connection: everything is subscribed again. */
  setClient(client: MqttClient | undefined): void {
    this.#client = client
    this.#left.clear()
    for (const { resolve } of this.#asked.values()) resolve()
    this.#asked.clear()
    if (!client) return
    for (const path of this.#entries.keys()) {
      this.#ask(path).catch(() => this.#events.onRefused(path))
    }
  }

  deliver(path: string, payload: Uint8Array): void {
    const entry = this.#entries.get(path)
    if (!entry) return
    const { codec, maxBytes } = topicMap[entry.topic.kind]
    let document: unknown
    try {
      if (payload.length > maxBytes) throw tooLarge(payload.length, maxBytes)
      document = codec.decode(payload)
    } catch (error) {
      this.#events.onMalformed(path, error)
      return
    }
    for (const { onDocument } of [...entry.listeners]) onDocument(document as never)
  }

  #ask(path: string): Promise<void> {
    const known = this.#asked.get(path)
    if (known) return known.promise
    const granted = deferred<void>()
    this.#asked.set(path, granted)
    this.#flushSoon()
    return granted.promise
  }

  #remove(path: string, listener: Listener): void {
    const entry = this.#entries.get(path)
    if (!entry?.listeners.delete(listener) || entry.listeners.size > 0) return
    this.#entries.delete(path)
    if (!this.#client) return
    this.#left.add(path)
    this.#flushSoon()
  }

  #flushSoon(): void {
    if (this.#flushing) return
    this.#flushing = true
    queueMicrotask(() => {
      this.#flushing = false
      this.#flush()
    })
  }

  #flush(): void {
    const client = this.#client
    if (!client) return
    const left = [...this.#left]
    this.#left.clear()
    if (left.length > 0) client.unsubscribe(left, () => undefined)
    const asked = [...this.#asked]
    this.#asked.clear()
    const isBlob = ([path]: Asked) => this.#entries.get(path)?.topic.kind === 'blob'
    const others = asked.filter((one) => !isBlob(one))
    // Chunks come at QoS 0: one that is lost is asked for again, so acknowledging each would be waste.
    this.#subscribe(client, asked.filter(isBlob), 0)
    this.#subscribe(client, others, 1)
  }

  #subscribe(client: MqttClient, asked: Asked[], qos: 0 | 1): void {
    if (asked.length === 0) return
    const paths = asked.map(([path]) => path)
    const onAnswer = this.#events.onAsking()
    client.subscribe(paths, { qos }, (_error, _requested, packet) => {
      onAnswer()
      asked.forEach(([path, { resolve, reject }], i) => {
        // [MQTT-3.9.3] 0x80 in a SUBACK refuses that one filter. Any other failure is a lost
        // connection, after which the next one subscribes again.
        if (packet?.granted?.[i] === 0x80) {
          reject(new LinkError('unauthorized', `the broker refuses a subscription to ${path}`))
        } else resolve()
      })
    })
  }
}

const tooLarge = (is: number, most: number) =>
  new DocumentError('too-large', `it has ${is} bytes; at most ${most} are allowed`)

type Asked = [path: string, granted: Deferred<void>]
