import type { Link } from '@kedge/shared/device/ports/link'
import { LinkError } from '@kedge/shared/errors/device-error'
import { DocumentError } from '@kedge/shared/errors/document-error'
import type { ErrorCode } from '@kedge/shared/errors/error-codes'
import { describeError } from '@kedge/shared/errors/kedge-error'
import { reportCodec, type Report } from '@kedge/shared/protocol/report'
import { topicMap, type PayloadOf, type TopicKind } from '@kedge/shared/protocol/topic-map'
import { parseTopic, topics, type Topic } from '@kedge/shared/protocol/topics'
import { fromBase64 } from '@kedge/shared/util/bytes'

interface Subscription {
  readonly topic: Topic
  readonly onDocument: (document: never) => void
}

/** A broker without sockets: retained messages, exact topics, bytes on the wire as they would be. */
export class MemoryBroker {
  readonly retained = new Map<string, Uint8Array>()
  /** Digests of blobs in the order they were sent. */
  readonly sent: string[] = []
  readonly links = new Set<MemoryLink>()
  /** What devices have published. */
  readonly received: { readonly path: string; readonly payload: Uint8Array }[] = []
  onReceived: (path: string, payload: Uint8Array) => void = () => undefined
  /** What is sent in the place of a blob; undefined sends nothing. */
  blobAsSent: (sha256: string, bytes: Uint8Array) => Uint8Array | undefined = (_, bytes) => bytes

  publish<Kind extends TopicKind>(topic: Topic<Kind>, document: PayloadOf<Kind>): void {
    const { codec, retain } = topicMap[topic.kind]
    this.publishBytes(topic.path, (codec.encode as (one: unknown) => Uint8Array)(document), retain)
  }

  publishBytes(path: string, payload: Uint8Array, retain = false): void {
    if (retain) this.retained.set(path, payload)
    for (const link of this.links) link.deliver(path, payload)
  }

  putBlob(sha256: string, bytes: Uint8Array): void {
    this.retained.set(topics.blob(sha256).path, bytes)
  }

  /** The documents of one kind that devices have published, oldest first. */
  documents<Kind extends TopicKind>(kind: Kind): PayloadOf<Kind>[] {
    return this.received
      .filter(({ path }) => parseTopic(path).topic.kind === kind)
      .map(({ payload }) => topicMap[kind].codec.decode(payload) as PayloadOf<Kind>)
  }

  /** What the reports say that devices have published, oldest first. */
  reports(): Report[] {
    return this.documents('reported').map(({ payload }) => reportCodec.decode(fromBase64(payload)))
  }

  receive(path: string, payload: Uint8Array): void {
    this.received.push({ path, payload })
    this.onReceived(path, payload)
  }

  retainedFor(path: string): Uint8Array | undefined {
    const payload = this.retained.get(path)
    const parsed = parseTopic(path)
    if (payload === undefined || !('sha256' in parsed)) return payload
    this.sent.push(parsed.sha256)
    return this.blobAsSent(parsed.sha256, payload)
  }
}

/** A device's link to a `MemoryBroker`; the test says when it is connected. */
export class MemoryLink implements Link {
  readonly #broker: MemoryBroker
  readonly #subscriptions = new Set<Subscription>()
  readonly #listeners = new Set<(online: boolean) => void>()
  #online: boolean
  malformed = 0
  malformedCode: ErrorCode = 'document-invalid'

  constructor(broker: MemoryBroker, online = true) {
    this.#broker = broker
    this.#online = online
    broker.links.add(this)
  }

  get online(): boolean {
    return this.#online
  }

  get subscribed(): string[] {
    return [...this.#subscriptions].map(({ topic }) => topic.path)
  }

  setOnline(online: boolean): void {
    if (this.#online === online) return
    this.#online = online
    if (online) for (const one of this.#subscriptions) this.#sendRetained(one)
    for (const listener of [...this.#listeners]) listener(online)
  }

  publish<Kind extends TopicKind>(topic: Topic<Kind>, payload: PayloadOf<Kind>): Promise<void> {
    if (!this.#online) return Promise.reject(new LinkError('link-offline', 'not connected'))
    const { codec } = topicMap[topic.kind]
    this.#broker.receive(topic.path, (codec.encode as (one: unknown) => Uint8Array)(payload))
    return Promise.resolve()
  }

  subscribe<Kind extends TopicKind>(
    topic: Topic<Kind>,
    onDocument: (document: PayloadOf<Kind>) => void,
  ): Promise<AsyncDisposable> {
    const subscription: Subscription = { topic, onDocument }
    this.#subscriptions.add(subscription)
    if (this.#online) this.#sendRetained(subscription)
    const dispose = () => {
      this.#subscriptions.delete(subscription)
      return Promise.resolve()
    }
    return Promise.resolve({ [Symbol.asyncDispose]: dispose })
  }

  onOnline(listener: (online: boolean) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  deliver(path: string, payload: Uint8Array): void {
    for (const one of [...this.#subscriptions])
      if (one.topic.path === path) this.#hand(one, payload)
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#online = false
    this.#broker.links.delete(this)
    return Promise.resolve()
  }

  #sendRetained(subscription: Subscription): void {
    setImmediate(() => {
      if (!this.#online || !this.#subscriptions.has(subscription)) return
      const payload = this.#broker.retainedFor(subscription.topic.path)
      if (payload !== undefined) this.#hand(subscription, payload)
    })
  }

  #hand({ topic, onDocument }: Subscription, payload: Uint8Array): void {
    if (!this.#online) return
    const { codec, maxBytes } = topicMap[topic.kind]
    let document: unknown
    try {
      if (payload.length > maxBytes) throw new DocumentError('too-large', 'over the limit')
      document = codec.decode(payload)
    } catch (error) {
      this.malformed += 1
      this.malformedCode = describeError(error, 'document-invalid').code
      return
    }
    onDocument(document as never)
  }
}
