import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer, type SecureContextOptions } from 'node:tls'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { ServerError } from '@kedge/shared/errors/server-error'
import type { PayloadOf, TopicKind } from '@kedge/shared/protocol/topic-map'
import { parseTopic, type Topic } from '@kedge/shared/protocol/topics'
import { MiB, Minutes, Seconds, type Bytes } from '@kedge/shared/util/units'
import { Aedes, type Client } from 'aedes'
import type { DeviceAuthenticator, RetainedSource } from '../devices/device-door.js'
import { BlobPackets } from './blob-packets.js'
import type { BrokerParts, EmbeddedBroker } from './broker.js'
import { DeviceSessions } from './device-sessions.js'
import { defaultLimits, type DoorLimits } from './door-limits.js'
import { encodeMessage } from './encode-message.js'
import { FrontDoor } from './front-door.js'
import { RefusalError } from './refusal.js'
import type { Visitor } from './visitor.js'
import { WebSocketDoor } from './web-socket-door.js'

export interface EmbeddedBrokerOptions extends BrokerParts {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly retained: RetainedSource
  readonly authenticator: DeviceAuthenticator
  /** Certificate and key where the TCP port speaks TLS. */
  readonly tls?: SecureContextOptions
  /** Called with the TCP server before it listens. */
  readonly prepare?: (server: Server) => void
  readonly limits?: Partial<DoorLimits>
  /** Encoded chunks kept in memory for the next reader. Default 16 MiB. */
  readonly cacheBytes?: Bytes
}

/** A handshake that takes longer is nobody's. */
const handshakeTimeout = Seconds(5)

/** Listens for devices. @throws ServerError `port-taken`; UsageError where nobody can listen */
export async function startEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  const broker = new AedesBroker(options)
  await broker.start()
  return broker
}

class AedesBroker implements EmbeddedBroker {
  readonly ready = true
  readonly #options: EmbeddedBrokerOptions
  readonly #sessions: DeviceSessions
  readonly #aedes: Aedes
  readonly #server: Server
  readonly #webSockets: WebSocketDoor
  readonly #door: FrontDoor
  readonly #from = new WeakMap<Client, string>()
  readonly #visitors = new WeakMap<Client, Visitor>()

  constructor(options: EmbeddedBrokerOptions) {
    this.#options = options
    const packets = new BlobPackets(options.retained, options.cacheBytes ?? MiB(16))
    const limits = { ...defaultLimits, ...options.limits }
    const onAdmitted = (client: Client) => this.#visitors.get(client)?.admit(client.id)
    this.#sessions = new DeviceSessions({ ...options, packets, limits, onAdmitted })
    this.#aedes = new Aedes(this.#sessions.aedesOptions())
    this.#door = new FrontDoor({
      limits,
      metrics: options.metrics,
      welcome: (...arrival) => this.#welcome(...arrival),
      refuse: (reason, facts) => this.#sessions.refuse(reason, facts),
    })
    // Without noDelay an answer waits up to 40 ms for the reader's delayed acknowledgement;
    // without keep-alive a vanished reader with MQTT keepalive 0 stays for ever.
    const tcp = { noDelay: true, keepAlive: true, keepAliveInitialDelay: Minutes(2) }
    const accept = (socket: Socket) => this.accept(socket, socket.remoteAddress)
    this.#server = options.tls
      ? createTlsServer({ ...tcp, ...options.tls, handshakeTimeout }, accept)
      : createServer(tcp, accept)
    // Those in the middle of a handshake have not come to the door yet.
    this.#server.maxConnections = limits.connections
    this.#server.on('drop', (data) =>
      this.#sessions.refuse('connection-limit', { from: data?.remoteAddress }),
    )
    options.prepare?.(this.#server)
    this.#webSockets = new WebSocketDoor({
      accept: (...arrival) => this.#door.accept(...arrival),
      mayOpen: options.mayOpen,
      onForeign: (facts) => this.#sessions.refuse('foreign-page', facts),
    })
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async start(): Promise<void> {
    this.#listen()
    await this.#aedes.listen()
    const { host, port } = this.#options
    this.#server.listen(port, host)
    try {
      await once(this.#server, 'listening')
    } catch (cause) {
      this.#aedes.close()
      if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') {
        throw new UsageError('usage', `MQTT cannot listen on ${host}:${port}`, { cause })
      }
      throw new ServerError('port-taken', `MQTT cannot listen on ${host}:${port}`, { cause })
    }
  }

  accept(connection: Duplex, from?: string): void {
    this.#door.accept(connection, from)
  }

  handleWebSocket(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#webSockets.upgrade(request, socket, head)
  }

  publish<Kind extends TopicKind>(topic: Topic<Kind>, payload: PayloadOf<Kind>): Promise<void> {
    this.#options.metrics.published(topic.kind)
    const parsed = parseTopic(topic.path)
    if ('device' in parsed) this.#deliver(parsed.device, topic, payload)
    else {
      for (const connection of this.#sessions.all()) {
        if (!connection.listensTo(topic.path)) continue
        if ('sha256' in parsed) connection.announce(parsed.sha256)
        else this.#deliver(connection.device, topic, payload)
      }
    }
    return Promise.resolve()
  }

  async disconnect(device: string): Promise<void> {
    await this.#sessions.dismiss(device)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#webSockets.close()
    // First those with a will, so that it is taken; then whoever has not said who he is.
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()))
    this.#door[Symbol.dispose]()
    await closed
    await this.#sessions.inbox.idle()
  }

  #deliver<Kind extends TopicKind>(device: string, topic: Topic<Kind>, payload: PayloadOf<Kind>) {
    const connection = this.#sessions.of(device)
    if (!connection) return
    if (connection.isStalled) {
      connection.client.conn.destroy(new RefusalError('stalled', `${device} does not read`))
      return
    }
    const bytes = encodeMessage(topic, payload)
    if (connection.deliver(topic.path, bytes)) {
      this.#options.metrics.sent(topic.kind, bytes.length)
    }
  }

  #welcome(connection: Duplex, visitor: Visitor, from: string | undefined): void {
    const client = this.#aedes.handle(connection)
    if (from) this.#from.set(client, from)
    this.#visitors.set(client, visitor)
  }

  #listen(): void {
    const ended = (client: Client, error: Error) =>
      this.#sessions.ended(error, { device: client.id, from: this.#from.get(client) })
    this.#aedes.on('clientError', ended)
    this.#aedes.on('connectionError', ended)
    this.#aedes.on('subscribe', (granted, client) => this.#sessions.subscribed(client, granted))
    this.#aedes.on('unsubscribe', (paths, client) => this.#sessions.unsubscribed(client, paths))
    // Not one of aedes' typed events: it reports what it did not expect of its persistence.
    ;(this.#aedes as NodeJS.EventEmitter).on('error', (err: unknown) =>
      this.#options.log.error({ err }, 'the broker reported an error of its own'),
    )
  }
}
