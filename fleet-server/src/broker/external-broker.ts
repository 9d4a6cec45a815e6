import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { LinkError } from '@kedge/shared/errors/device-error'
import { tlsFailureOf } from '@kedge/shared/errors/tls-failure'
import { qos, topicMap, type PayloadOf, type TopicKind } from '@kedge/shared/protocol/topic-map'
import { serverFilters, type Topic } from '@kedge/shared/protocol/topics'
import { systemClock } from '@kedge/shared/util/clock'
import { systemEntropy } from '@kedge/shared/util/entropy'
import { retrySchedule } from '@kedge/shared/util/retry-schedule'
import { Seconds } from '@kedge/shared/util/units'
import { connect, type IPublishPacket, type MqttClient } from 'mqtt'
import { bridgeToBroker } from './bridge-to-broker.js'
import type { Broker, BrokerParts, RetainedMessage } from './broker.js'
import { DeviceInbox } from './device-inbox.js'
import { readUplink, type RawMessage } from './device-rules.js'
import { encodeMessage } from './encode-message.js'
import { QuietLog } from './quiet-log.js'
import { refusalOf } from './refusal.js'
import { Turnstile } from './turnstile.js'
import { WebSocketDoor } from './web-socket-door.js'

export interface ExternalBrokerOptions extends BrokerParts {
  /**
   * `mqtt://user:password@host:port`. The rules that the embedded broker enforces are that broker's
   * to enforce: `kedge broker rules` prints them in its words.
   */
  readonly url: string
  /** The only authority that may have certified it, PEM; absent where any that this machine knows may. */
  readonly ca?: string
  /** All that subscribers are to find; published after every connection, for brokers forget. */
  readonly retained: () => AsyncIterable<RetainedMessage>
}

/** MQTT.js loses what lies beyond 65,535 in flight without a word, so it is never given many. */
const windowSize = 64
const reconnect = { first: Seconds(1), factor: 2, cap: Seconds(30), jitter: 1 }
const connectTimeout = Seconds(15)
const keepaliveSeconds = 30

/** Joins an MQTT broker as the fleet's server, and stays joined until it is disposed. */
export function connectExternalBroker(options: ExternalBrokerOptions): Promise<Broker> {
  const broker = new ExternalBroker(options)
  broker.start()
  return Promise.resolve(broker)
}

class ExternalBroker implements Broker {
  readonly #options: ExternalBrokerOptions
  readonly #quiet: QuietLog
  readonly #inbox: DeviceInbox
  readonly #outgoing = new Turnstile(windowSize)
  readonly #incoming = new Turnstile(windowSize)
  readonly #stopping = new AbortController()
  readonly #webSockets: WebSocketDoor
  #client: MqttClient | undefined
  #session: Promise<void> = Promise.resolve()

  constructor(options: ExternalBrokerOptions) {
    this.#options = options
    this.#quiet = new QuietLog(options.log)
    this.#inbox = new DeviceInbox(options.messages, options.metrics)
    this.#webSockets = new WebSocketDoor({
      accept: (page) => bridgeToBroker(options, page),
      mayOpen: options.mayOpen,
      onForeign: (facts) => {
        options.metrics.refused('foreign-page')
        this.#quiet.warn('foreign-page', facts, 'refused')
      },
    })
  }

  get ready(): boolean {
    return this.#client !== undefined
  }

  start(): void {
    this.#session = this.#keepConnected()
  }

  /**
   * Resolves when the broker has acknowledged the message.
   *
   * @throws LinkError `link-offline` without a connection, or when it breaks before; what is
   *   retained is published again on the next one
   */
  async publish<Kind extends TopicKind>(
    topic: Topic<Kind>,
    payload: PayloadOf<Kind>,
  ): Promise<void> {
    await this.#outgoing.enter()
    try {
      await this.#send(topic, payload)
    } finally {
      this.#outgoing.leave()
    }
  }

  /** Pages connect where they came from, and are carried on to the broker. */
  handleWebSocket(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#webSockets.upgrade(request, socket, head)
  }

  /** The connections of another broker are not ours to end. */
  disconnect(): Promise<void> {
    return Promise.resolve()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    this.#webSockets.close()
    await this.#session
    await this.#inbox.idle()
  }

  #send<Kind extends TopicKind>(topic: Topic<Kind>, payload: PayloadOf<Kind>): Promise<void> {
    const client = this.#client
    if (!client) return Promise.reject(offline())
    const bytes = encodeMessage(topic, payload)
    const { retain } = topicMap[topic.kind]
    this.#options.metrics.published(topic.kind)
    return new Promise((resolve, reject) => {
      client.publish(topic.path, bytes, { qos, retain }, (cause) => {
        if (cause) reject(offline({ cause }))
        else resolve()
      })
    })
  }

  async #keepConnected(): Promise<void> {
    const { signal } = this.#stopping
    let delays = retrySchedule(reconnect, systemEntropy)
    while (!signal.aborted) {
      if (await this.#connectOnce(signal)) delays = retrySchedule(reconnect, systemEntropy)
      await systemClock.sleep(delays.next().value, signal).catch(() => undefined)
    }
  }

  /** One connection, from its first packet to its end. @returns whether it came about */
  async #connectOnce(signal: AbortSignal): Promise<boolean> {
    // Each attempt is a client of its own: MQTT.js gives up for good after a refused CONNECT, and
    // what it would send again on reconnecting is out of date by then.
    const { url, ca } = this.#options
    const client = connect(url, {
      clientId: `kedge-server-${randomUUID().slice(0, 8)}`,
      protocolVersion: 4,
      clean: true,
      keepalive: keepaliveSeconds,
      connectTimeout,
      reconnectPeriod: 0,
      queueQoSZero: false,
      // The second for MQTT over WebSocket, which MQTT.js leaves to another library.
      ...(ca !== undefined && { ca, wsOptions: { ca } }),
    })
    client.handleMessage = (packet, done) => void this.#receive(packet).then(() => done())
    const end = () => client.end()
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
    try {
      return await this.#run(client)
    } finally {
      signal.removeEventListener('abort', end)
      await client.endAsync(true)
    }
  }

  #run(client: MqttClient): Promise<boolean> {
    const { log } = this.#options
    return new Promise((resolve) => {
      let established = false
      client.on('error', (err) => {
        const failure = tlsFailureOf(err)
        const says = failure ? `the broker ${failure.says}` : 'the broker cannot be reached'
        this.#quiet.warn('broker-link', { err, code: failure?.code ?? 'link-offline' }, says)
      })
      client.on('connect', () => {
        established = true
        this.#client = client
        log.info('connected to the broker')
        void this.#greet(client)
      })
      client.on('close', () => {
        if (this.#client === client) this.#client = undefined
        resolve(established)
      })
    })
  }

  /** Listens to all devices, then puts back whatever the broker may have forgotten. */
  async #greet(client: MqttClient): Promise<void> {
    try {
      await client.subscribeAsync(serverFilters, { qos })
      for await (const { topic, payload } of this.#options.retained()) {
        if (this.#client !== client) return
        await this.#outgoing.enter()
        // The type of a pair is lost in taking it apart; RetainedMessage has joined it.
        void this.#send(topic, payload as PayloadOf<TopicKind>)
          .catch((err: unknown) => this.#quiet.warn('republish', { err }, 'not published'))
          .finally(() => this.#outgoing.leave())
      }
    } catch (err) {
      this.#quiet.warn('republish', { err }, 'the retained messages are incomplete')
      client.end(true)
    }
  }

  /**
   * Resolves when the next message may come; the broker gets its PUBACK then. That is before this
   * one is stored, or one slow device would hold up all: telemetry is acknowledged end to end, and
   * presence and reported states are retained, so a server that dies in between hears them again.
   */
  async #receive({ topic, payload, retain, qos: quality }: IPublishPacket): Promise<void> {
    await this.#incoming.enter()
    const message = { topic, payload: Buffer.from(payload), retain, qos: quality }
    void this.#take(message).finally(() => this.#incoming.leave())
  }

  async #take(message: RawMessage): Promise<void> {
    try {
      // An empty retained message deletes one (MQTT 3.1.1, 3.3.1.3): nobody said anything.
      if (message.payload.length > 0) await this.#inbox.take(readUplink(message))
    } catch (err) {
      this.#options.metrics.refused(refusalOf(err as Error) ?? 'not-taken')
      this.#quiet.warn('uplink', { err, topic: message.topic }, 'a message was not taken')
    }
  }
}

const offline = (options?: { cause: unknown }) =>
  new LinkError('link-offline', 'there is no connection to the broker', options)
