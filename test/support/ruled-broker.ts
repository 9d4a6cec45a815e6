import { randomUUID } from 'node:crypto'
import { topics } from '@kedge/shared/protocol/topics'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { server, type Need, type TopicCase } from './topic-cases.js'

export type Verdict = TopicCase['expected']

/** A broker that was given Kedge's rules. */
export interface RuledBroker extends AsyncDisposable {
  /** What it has no rule for. */
  readonly cannot: ReadonlySet<Need>
  decide(one: TopicCase): Promise<Verdict>
}

export interface Reached {
  readonly url: string
  readonly cannot: readonly Need[]
  readonly password?: string
}

/** Somebody who may read and write all there is; the tests look through his eyes. */
export const observer = 'observer'

/**
 * Decides by what arrives: brokers grant subscriptions and acknowledge messages whose rules deny
 * them, and withhold what they carry.
 */
export class ObservedBroker implements RuledBroker {
  readonly cannot: ReadonlySet<Need>
  readonly #seen = new Set<string>()
  readonly #reached: Reached
  readonly #observer: MqttClient
  #count = 0

  private constructor(reached: Reached, watching: MqttClient) {
    this.#reached = reached
    this.#observer = watching
    this.cannot = new Set(reached.cannot)
    watching.on('message', (_topic, payload) => this.#seen.add(markOf(payload)))
  }

  static async open(reached: Reached): Promise<ObservedBroker> {
    const watching = await connectAs(reached, observer)
    const broker = new ObservedBroker(reached, watching)
    await watching.subscribeAsync('#', { qos: 0 })
    return broker
  }

  async decide(one: TopicCase): Promise<Verdict> {
    const mark = `mark-${(this.#count += 1)}.`
    if (one.does === 'subscribe') return this.#hears(one, mark)
    await (one.does === 'will' ? this.#dies(one, mark) : this.#publish(one, mark))
    await this.#settle(one.does === 'will' ? 150 : 0)
    return this.#seen.has(mark) ? 'allow' : 'deny'
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#observer.endAsync(true)
  }

  async #publish({ who, topic, qos = 1, retain = false, length = 0 }: TopicCase, mark: string) {
    const client = await connectAs(this.#reached, who)
    const payload = Buffer.from(mark.padEnd(length, '.'))
    const closed = new Promise<void>((resolve) => client.once('close', resolve))
    const sent = client.publishAsync(topic, payload, { qos, retain }).catch(() => undefined)
    await Promise.race([sent, closed])
    // What follows it on the connection has been dealt with after it.
    if (client.connected) {
      await Promise.race([client.subscribeAsync('barrier').catch(() => undefined), closed])
    }
    await client.endAsync(true)
  }

  async #dies({ who, topic, qos = 1, retain = false }: TopicCase, mark: string): Promise<void> {
    const will = { topic, payload: Buffer.from(mark), qos, retain }
    const client = await connectAs(this.#reached, who, { will }).catch(() => undefined)
    if (!client) return
    client.stream.destroy()
    const next = await connectAs(this.#reached, who)
    await next.endAsync(true)
  }

  async #hears({ who, topic, probe = topic, qos = 1 }: TopicCase, mark: string): Promise<Verdict> {
    const client = await connectAs(this.#reached, who)
    const heard = new Set<string>()
    const end = who === server ? topics.presence('d-end').path : topics.ack(who).path
    const ended = new Promise<void>((resolve) => {
      client.on('message', (_topic, payload) => {
        heard.add(markOf(payload))
        if (heard.has(`end-${mark}`)) resolve()
      })
    })
    const closed = new Promise<void>((resolve) => client.once('close', resolve))
    const listening = (async () => {
      await client.subscribeAsync(topic, { qos }).catch(() => undefined)
      await client.subscribeAsync(end, { qos: 0 })
      this.#observer.publish(probe, mark, { qos: 0 })
      this.#observer.publish(end, `end-${mark}`, { qos: 0 })
      await ended
    })()
    await Promise.race([listening, closed])
    await client.endAsync(true)
    return heard.has(mark) ? 'allow' : 'deny'
  }

  /** Resolves when the observer has got what was published until now, and `pause` ms later. */
  async #settle(pause: number): Promise<void> {
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
    const mark = `settled-${(this.#count += 1)}.`
    this.#observer.publish('settled', mark, { qos: 0 })
    while (!this.#seen.has(mark)) await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

const markOf = (payload: Buffer) => payload.subarray(0, payload.indexOf('.') + 1).toString()

const connectAs = ({ url, password }: Reached, who: string, more: IClientOptions = {}) =>
  connectAsync(
    url,
    {
      // Each its own: Mosquitto puts the user name in its place, and NATS slows who takes over.
      clientId: `${who}-${randomUUID().slice(0, 8)}`,
      username: who,
      password: password ?? 'none',
      protocolVersion: 4,
      reconnectPeriod: 0,
      connectTimeout: 5_000,
      ...more,
    },
    false,
  ).then((client) => client.on('error', () => undefined))
