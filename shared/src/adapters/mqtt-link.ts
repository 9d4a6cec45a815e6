import type { Link } from '../device/ports/link.js'
import type { DeviceLog } from '../device/ports/host.js'
import type { ErrorCode } from '../errors/error-codes.js'
import { describeError } from '../errors/kedge-error.js'
import { LinkError } from '../errors/device-error.js'
import { tlsFailureOf } from '../errors/tls-failure.js'
import { topicMap, type PayloadOf, type TopicKind } from '../protocol/topic-map.js'
import { topics, type Topic } from '../protocol/topics.js'
import type { Clock } from '../util/clock.js'
import { deferred } from '../util/deferred.js'
import type { Entropy } from '../util/entropy.js'
import { retrySchedule } from '../util/retry-schedule.js'
import { Minutes, Ms, Seconds } from '../util/units.js'
import { withDeadline } from '../util/with-deadline.js'
import type { MqttClient, MqttConnect } from './mqtt-client.js'
import { MqttSubscriptions } from './mqtt-subscriptions.js'

export interface MqttLinkOptions {
  readonly connect: MqttConnect
  readonly url: string
  readonly device: string
  /** A fresh password for every attempt: it is a token that soon expires. */
  readonly password: () => Promise<string>
  readonly clock: Clock
  readonly entropy: Entropy
  readonly log: DeviceLog
  /** How long a broker may take to answer; 15 s unless told. */
  readonly connectTimeout?: Ms
}

/** Never gives up: 1 s, 2 s, … 5 min, each with full jitter, so that a fleet does not return at once. */
const reconnect = { first: Seconds(1), factor: 2, cap: Minutes(5), jitter: 1 }
/** Only a connection that has lasted so long makes the next pause short again. */
const steadyTime = Seconds(60)
/** A refused password does not become right by asking often. */
const refusedPause = Seconds(60)
const keepaliveSeconds = 30
const defaultConnectTimeout = Seconds(15)
const acknowledgeTime = Seconds(30)
/** So long a goodbye may wait for acknowledgements. */
const farewellTime = Seconds(2)

/** Opens a link that keeps itself connected until it is disposed. */
export function openMqttLink(options: MqttLinkOptions): Link {
  const link = new MqttLink(options)
  link.start()
  return link
}

class MqttLink implements Link {
  readonly #options: MqttLinkOptions
  readonly #subscriptions: MqttSubscriptions
  readonly #listeners = new Set<(online: boolean) => void>()
  readonly #stopping = new AbortController()
  #client: MqttClient | undefined
  #session: Promise<void> = Promise.resolve()
  malformed = 0
  malformedCode: ErrorCode = 'document-invalid'

  constructor(options: MqttLinkOptions) {
    this.#options = options
    this.#subscriptions = new MqttSubscriptions({
      onMalformed: (path, error) => {
        this.malformed += 1
        this.malformedCode = describeError(error, 'document-invalid').code
        options.log.warn('a message does not match its schema', { path, error: String(error) })
      },
      onRefused: (path) => options.log.warn('the broker refuses a subscription', { path }),
      onAsking: () => this.#awaitAnswer(),
    })
  }

  get online(): boolean {
    return this.#client !== undefined
  }

  start(): void {
    this.#session = this.#keepConnected()
  }

  async publish<Kind extends TopicKind>(
    topic: Topic<Kind>,
    payload: PayloadOf<Kind>,
  ): Promise<void> {
    const client = this.#client
    // MQTT.js would queue it without bound, and lose what lies beyond 65,535 in flight.
    if (!client) throw offline()
    const { codec, retain } = topicMap[topic.kind]
    const bytes = (codec.encode as (payload: PayloadOf<Kind>) => Uint8Array)(payload)
    const acknowledged = deferred<void>()
    const unwatch = this.onOnline((online) => {
      if (!online) acknowledged.reject(offline())
    })
    client.publish(topic.path, bytes, { qos: 1, retain }, (error) => {
      if (!error) acknowledged.resolve()
      else acknowledged.reject(new LinkError('link-offline', error.message, { cause: error }))
    })
    try {
      await withDeadline(acknowledged.promise, {
        clock: this.#options.clock,
        within: acknowledgeTime,
        error: () =>
          new LinkError('link-timeout', `the broker has not acknowledged ${topic.path} in time`),
      })
    } finally {
      unwatch()
    }
  }

  subscribe<Kind extends TopicKind>(
    topic: Topic<Kind>,
    onDocument: (document: PayloadOf<Kind>) => void,
  ): Promise<AsyncDisposable> {
    return this.#subscriptions.add(topic, onDocument)
  }

  onOnline(listener: (online: boolean) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new LinkError('link-offline', 'the link is closed'))
    await this.#session
  }

  async #keepConnected(): Promise<void> {
    const { clock, entropy } = this.#options
    const { signal } = this.#stopping
    let delays = retrySchedule(reconnect, entropy)
    while (!signal.aborted) {
      let least = 0
      try {
        const lasted = await this.#connectOnce(signal)
        if (lasted >= steadyTime) delays = retrySchedule(reconnect, entropy)
      } catch (error) {
        if (signal.aborted) return
        if (this.#noteFailure(error) === 'unauthorized') least = refusedPause
      }
      // Also after a connection that was lost: when a broker restarts, its whole fleet comes back.
      const pause = Ms(Math.max(least, delays.next().value))
      await clock.sleep(pause, signal).catch(() => undefined)
    }
  }

  #noteFailure(error: unknown): ErrorCode {
    const { code, message } = describeError(error, 'link-offline')
    const { log, url } = this.#options
    log.warn('no connection to the broker', { url, code, reason: message })
    return code
  }

  /**
   * One connection from its first packet to its end; how long it lasted. Throws when it was never
   * established.
   */
  async #connectOnce(signal: AbortSignal): Promise<Ms> {
    const { connect, url, device, connectTimeout = defaultConnectTimeout } = this.#options
    const password = await this.#options.password()
    // An abort while the password was made has no listener below to hear it.
    signal.throwIfAborted()
    const client = connect(url, {
      clientId: device,
      username: device,
      password,
      protocolVersion: 4,
      clean: true,
      keepalive: keepaliveSeconds,
      connectTimeout,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      will: willOf(device),
    })
    const closed = this.#watch(client)
    const over = new AbortController()
    const end = () => this.#sayGoodbye(client, over.signal)
    signal.addEventListener('abort', end, { once: true })
    try {
      return await closed
    } finally {
      signal.removeEventListener('abort', end)
      over.abort(new LinkError('link-offline', 'the connection has ended'))
      await new Promise<void>((resolve) => client.end(true, resolve))
      this.#setClient(undefined)
    }
  }

  /** Ends a connection on which a SUBSCRIBE is not answered: the next one asks again. */
  #awaitAnswer(): () => void {
    const { clock, log } = this.#options
    const client = this.#client
    const answered = new AbortController()
    clock.sleep(acknowledgeTime, answered.signal).then(
      () => {
        log.warn('the broker has not answered a subscription in time', { code: 'link-timeout' })
        client?.stream.destroy()
      },
      () => undefined,
    )
    return () => answered.abort(new LinkError('link-offline', 'the broker has answered'))
  }

  #sayGoodbye(client: MqttClient, over: AbortSignal): void {
    // A broker that has not answered yet is owed no farewell.
    client.end(!this.online, () => undefined)
    // MQTT.js waits without end for whatever is not acknowledged yet.
    this.#options.clock.sleep(farewellTime, over).then(
      () => client.stream.destroy(),
      () => undefined,
    )
  }

  /** Resolves with how long the connection was established; rejects when it never was. */
  #watch(client: MqttClient): Promise<Ms> {
    const { clock } = this.#options
    client.on('message', (path, payload) => this.#subscriptions.deliver(path, payload))
    return new Promise((resolve, reject) => {
      let established: Ms | undefined
      let failure: unknown
      client.on('connect', () => {
        established = clock.monotonic()
        this.#setClient(client)
      })
      client.on('error', (error) => (failure = toLinkError(error)))
      client.on('close', () => {
        if (established !== undefined) resolve(Ms(clock.monotonic() - established))
        else reject((failure as Error | undefined) ?? offline())
      })
    })
  }

  #setClient(client: MqttClient | undefined): void {
    if (this.#client === client) return
    this.#client = client
    this.#subscriptions.setClient(client)
    for (const listener of [...this.#listeners]) listener(client !== undefined)
  }
}

const offline = () => new LinkError('link-offline', 'there is no connection to the broker')

/** MQTT 3.1.1, table 3.1: return codes 4 and 5 refuse who the client says it is. */
function toLinkError(error: Error & { code?: number | string }): LinkError {
  const failure = tlsFailureOf(error)
  if (failure) return new LinkError(failure.code, `the broker ${failure.says}`, { cause: error })
  const refused = error.code === 4 || error.code === 5
  return new LinkError(refused ? 'unauthorized' : 'link-offline', error.message, { cause: error })
}

function willOf(device: string) {
  const { path } = topics.presence(device)
  const payload = topicMap.presence.codec.encode({ v: 1, state: 'offline' })
  return { topic: path, payload, qos: 1, retain: true } as const
}
