import type { AedesOptions, Client, ConnectPacket, PublishPacket, Subscription } from 'aedes'
import { Seconds } from '@kedge/shared/util/units'
import type { DeviceAuthenticator, RetainedSource } from '../devices/device-door.js'
import { admit } from './admission.js'
import type { BlobPackets } from './blob-packets.js'
import { BlobSender } from './blob-sender.js'
import type { BrokerParts } from './broker.js'
import { DeviceConnection, subscriptionLimit } from './device-connection.js'
import { DeviceInbox } from './device-inbox.js'
import { readSubscription, readUplinkOf } from './device-rules.js'
import type { DoorLimits } from './door-limits.js'
import { retainedOnly, silentBus } from './nothing-kept.js'
import { QuietLog } from './quiet-log.js'
import { RefusalError, refusalOf, type RefusalReason } from './refusal.js'

export interface SessionParts extends BrokerParts {
  readonly retained: RetainedSource
  readonly authenticator: DeviceAuthenticator
  readonly packets: BlobPackets
  readonly limits: Pick<DoorLimits, 'authenticating'>
  /** Called before a device hears that it is connected. */
  readonly onAdmitted: (client: Client) => void
}

/** In seconds; a device that is there says so at least as often. */
const longestSilence = 300
/** Subscriptions refused to one connection until it is ended: each costs more than it cost to ask. */
const patience = 100

/** Who is connected, and what they may do: every decision aedes asks for. */
export class DeviceSessions {
  readonly #parts: SessionParts
  readonly #quiet: QuietLog
  readonly #connecting = new WeakMap<Client, ConnectPacket>()
  /** Those who wait to hear whether they are who they say. */
  readonly #entering = new Set<Client>()
  readonly #connections = new Map<string, DeviceConnection>()
  readonly inbox: DeviceInbox

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.#quiet = new QuietLog(parts.log)
    this.inbox = new DeviceInbox(parts.messages, parts.metrics)
  }

  of(device: string): DeviceConnection | undefined {
    return this.#connections.get(device)
  }

  all(): Iterable<DeviceConnection> {
    return this.#connections.values()
  }

  /** Ends the connection of a device, and those that were about to become one. */
  async dismiss(device: string): Promise<void> {
    for (const client of this.#entering) if (client.id === device) client.conn.destroy()
    await this.#connections.get(device)?.close()
  }

  /** What makes aedes a broker of devices. */
  aedesOptions(): AedesOptions {
    return {
      concurrency: 0,
      // Ends a connection that aedes itself waits for. 2 s would cut off a sound device whose link
      // takes longer than that for one 128 KiB chunk; nobody else waits, so patience costs nothing.
      drainTimeout: Seconds(30),
      connectTimeout: Seconds(5),
      maxTopicLevels: 8,
      mq: silentBus,
      persistence: retainedOnly(this.#parts.retained, (error) =>
        this.#quiet.warn('retained', { err: error }, 'a desired state could not be read'),
      ),
      preConnect: (client, packet, done) => {
        // The protocol relies on no session of the broker's; none is kept, and CONNACK says so.
        packet.clean = true
        // Nor is a connection kept of which nothing is heard, whatever it asked for.
        packet.keepalive = Math.min(packet.keepalive || longestSilence, longestSilence)
        this.#connecting.set(client, packet)
        done(null, true)
      },
      authenticate: (...[client, , , done]) => {
        this.#enter(client).then(
          () => done(null, true),
          (error: RefusalError) => done(error, false),
        )
      },
      authorizePublish: (client, packet, done) => {
        // Here, because aedes acknowledges a message as soon as it is authorised: so PUBACK means
        // that the features have it.
        this.#take(client, packet).then(
          () => done(null),
          (error: Error) => done(error),
        )
      },
      authorizeSubscribe: (client, subscription, done) => {
        done(null, this.#maySubscribe(client, subscription) ? subscription : null)
      },
    }
  }

  subscribed(client: Client, granted: readonly Subscription[]): void {
    this.#current(client)?.subscribed(granted)
  }

  unsubscribed(client: Client, paths: readonly string[]): void {
    this.#current(client)?.unsubscribed(paths)
  }

  /** Counts and logs what ended a connection, unless it is nobody's fault. */
  ended(error: Error, facts: { device?: string; from?: string | undefined }): void {
    const reason = refusalOf(error)
    if (reason) this.refuse(reason, { ...facts, says: error.message })
  }

  refuse(reason: RefusalReason, facts: Readonly<Record<string, unknown>>): void {
    this.#parts.metrics.refused(reason)
    this.#quiet.warn(reason, facts, 'refused')
  }

  async #enter(client: Client): Promise<void> {
    const packet = this.#connecting.get(client)
    if (!packet) throw new RefusalError('malformed', 'no CONNECT came before')
    if (this.#entering.size >= this.#parts.limits.authenticating) {
      throw new RefusalError('busy', `${this.#entering.size} others are being authenticated`)
    }
    this.#entering.add(client)
    try {
      await admit(packet, this.#parts.authenticator)
      this.#connecting.delete(client)
      // [MQTT-3.1.4-2]: the newer connection of a device takes the place of the older. While that one
      // ends another may have come: two would be one too many to dismiss.
      for (let older = this.of(client.id); older !== undefined; older = this.of(client.id)) {
        await older.close()
        this.#forget(older)
      }
    } finally {
      this.#entering.delete(client)
    }
    if (client.closed || client.conn.destroyed) return
    const connection = new DeviceConnection(client, this.#senderFor(client))
    this.#connections.set(client.id, connection)
    this.#parts.onAdmitted(client)
    client.conn.once('close', () => this.#forget(connection))
  }

  #forget(connection: DeviceConnection): void {
    const { device } = connection
    if (this.#connections.get(device) === connection) this.#connections.delete(device)
  }

  #senderFor(client: Client): BlobSender {
    const { metrics, packets } = this.#parts
    return new BlobSender(client.conn, packets, {
      sent: (bytes) => metrics.sent('blob', bytes),
      failed: (sha256, err) =>
        this.#quiet.warn('blob', { sha256, err }, 'a chunk could not be read'),
    })
  }

  async #take(
    client: Client | null,
    { topic, payload, retain, qos }: PublishPacket,
  ): Promise<void> {
    if (!client) return
    const raw = { topic, payload: Buffer.from(payload), retain, qos }
    const uplink = readUplinkOf(client.id, raw)
    try {
      await this.inbox.take(uplink)
    } catch (cause) {
      // Without PUBACK the device keeps what it said, and says it again on its next connection.
      throw new RefusalError('not-taken', `${topic} could not be stored`, { cause })
    }
  }

  #maySubscribe(client: Client, { topic }: Subscription): boolean {
    // A packet of 16,000 filters goes on after its connection has ended.
    if (client.conn.destroyed) return false
    try {
      const asked = readSubscription(client.id, topic)
      if (!this.#current(client)?.reserve(asked)) {
        throw new RefusalError('subscription-limit', `more than ${subscriptionLimit} subscriptions`)
      }
      return true
    } catch (error) {
      this.ended(error as RefusalError, { device: client.id })
      if ((this.#current(client)?.countRefused() ?? 0) > patience) client.conn.destroy()
      return false
    }
  }

  #current(client: Client): DeviceConnection | undefined {
    const connection = this.#connections.get(client.id)
    return connection?.client === client ? connection : undefined
  }
}
