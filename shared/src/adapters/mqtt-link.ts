import type { Link } from '../device/ports/link.js'
import type { DeviceLog } from '../device/ports/host.js'
import { describeError } from '../errors/kedge-error.js'
import { LinkError } from '../errors/device-error.js'
import { topicMap, type PayloadOf, type TopicKind } from '../protocol/topic-map.js'
import { topics, type Topic } from '../protocol/topics.js'
import type { Clock } from '../util/clock.js'
import type { Entropy } from '../util/entropy.js'
import { retrySchedule } from '../util/retry-schedule.js'
import { Minutes, Seconds } from '../util/units.js'
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
}

/** Never gives up: 1 s, 2 s, … 5 min, each with full jitter, so that a fleet does not return at once. */
const reconnect = { first: Seconds(1), factor: 2, cap: Minutes(5), jitter: 1 }
/** A refused password does not become right by asking often. */
const refusedPause = Seconds(60)
const keepaliveSeconds = 30
const connectTimeout = Seconds(15)

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

  constructor(options: MqttLinkOptions) {
    this.#options = options
    this.#subscriptions = new MqttSubscriptions((path, error) => {
      this.malformed += 1
      options.log.warn('a message does not match its schema', { path, error: String(error) })
    })
  }

  get online(): boolean {
    return this.#client !== undefined
  }

  start(): void {
    this.#session = this.#keepConnected()
  }

  publish<Kind extends TopicKind>(topic: Topic<Kind>, payload: PayloadOf<Kind>): Promise<void> {
    const client = this.#client
    // MQTT.js would queue it without bound, and lose what lies beyond 65,535 in flight.
    if (!client) return Promise.reject(offline())
    const { codec, retain } = topicMap[topic.kind]
    const bytes = (codec.encode as (payload: PayloadOf<Kind>) => Uint8Array)(payload)
    return new Promise((resolve, reject) => {
      const lost = this.onOnline((online) => {
        if (!online) settle(() => reject(offline()))
      })
      const settle = (how: () => void) => {
        lost()
        how()
      }
      client.publish(topic.path, bytes, { qos: 1, retain }, (error) =>
        settle(
          error
            ? () => reject(new LinkError('link-offline', error.message, { cause: error }))
            : resolve,
        ),
      )
    })
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
    const { clock, entropy, log } = this.#options
    const { signal } = this.#stopping
    let delays = retrySchedule(reconnect, entropy)
    while (!signal.aborted) {
      try {
        await this.#connectOnce(signal)
        delays = retrySchedule(reconnect, entropy)
      } catch (error) {
        if (signal.aborted) return
        const { code, message } = describeError(error, 'link-offline')
        log.warn('no connection to the broker', { url: this.#options.url, code, reason: message })
        const least = code === 'unauthorized' ? refusedPause : 0
        const pause = Math.max(least, delays.next().value)
        await clock.sleep(pause as typeof refusedPause, signal).catch(() => undefined)
      }
    }
  }

  /** One connection from its first packet to its end. Throws when it was never established. */
  async #connectOnce(signal: AbortSignal): Promise<void> {
    const { connect, url, device } = this.#options
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
    // A broker that has not answered yet is owed no farewell.
    const end = () => client.end(!this.online, () => undefined)
    signal.addEventListener('abort', end, { once: true })
    try {
      await closed
    } finally {
      signal.removeEventListener('abort', end)
      await new Promise<void>((resolve) => client.end(true, resolve))
      this.#setClient(undefined)
    }
  }

  #watch(client: MqttClient): Promise<void> {
    client.on('message', (path, payload) => this.#subscriptions.deliver(path, payload))
    return new Promise((resolve, reject) => {
      let established = false
      let failure: unknown
      client.on('connect', () => {
        established = true
        this.#setClient(client)
      })
      client.on('error', (error) => (failure = toLinkError(error)))
      client.on('close', () => {
        if (established) resolve()
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
  const refused = error.code === 4 || error.code === 5
  return new LinkError(refused ? 'unauthorized' : 'link-offline', error.message, { cause: error })
}

function willOf(device: string) {
  const { path } = topics.presence(device)
  const payload = topicMap.presence.codec.encode({ v: 1, state: 'offline' })
  return { topic: path, payload, qos: 1, retain: true } as const
}
