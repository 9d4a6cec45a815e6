import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { generate, parser, type Packet } from 'mqtt-packet'

/** One connection to a `RawBroker`, as it looks from the broker's side. */
export interface RawConnection {
  readonly socket: Socket
  readonly packets: Packet[]
  send(packet: Packet): void
}

/** What a broker does with a packet; `polite` is what a good one would do. */
export type Behaviour = (packet: Packet, connection: RawConnection) => void

/** Accepts, grants and acknowledges all there is. */
export const polite: Behaviour = (packet, connection) => {
  switch (packet.cmd) {
    case 'connect':
      return connection.send({ cmd: 'connack', returnCode: 0, sessionPresent: false })
    case 'subscribe': {
      const granted = packet.subscriptions.map(({ qos }) => qos)
      return connection.send({ cmd: 'suback', messageId: packet.messageId!, granted })
    }
    case 'unsubscribe':
      return connection.send({ cmd: 'unsuback', messageId: packet.messageId!, granted: [] })
    case 'publish':
      if (packet.qos === 1) connection.send({ cmd: 'puback', messageId: packet.messageId! })
      return
    case 'pingreq':
      return connection.send({ cmd: 'pingresp' })
    default:
      return
  }
}

/** A broker that answers as a test tells it to, down to the byte. */
export class RawBroker implements AsyncDisposable {
  readonly connections: RawConnection[] = []
  behave: Behaviour = polite
  /** Cuts a connection when so many bytes have gone over it, to and fro. */
  cutAfter = Infinity
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket) => this.#accept(socket))
  }

  static async start(port = 0): Promise<RawBroker> {
    const server = createServer({ noDelay: true })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return new RawBroker(server)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`
  }

  get packets(): Packet[] {
    return this.connections.flatMap(({ packets }) => packets)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.connections) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(socket: Socket): void {
    let left = this.cutAfter
    // Gives as much of `bytes` as may still pass, and cuts the connection when that is not all.
    const pass = (bytes: Buffer): Buffer => {
      const passing = bytes.subarray(0, Math.min(bytes.length, left))
      left -= bytes.length
      if (left <= 0) setImmediate(() => socket.destroy())
      return passing
    }
    const connection: RawConnection = {
      socket,
      packets: [],
      send: (packet) => void (socket.writable && socket.write(pass(generate(packet)))),
    }
    this.connections.push(connection)
    const reader = parser()
    reader.on('packet', (packet) => {
      connection.packets.push(packet)
      this.behave(packet, connection)
    })
    socket.on('data', (bytes) => reader.parse(pass(bytes)))
    socket.on('error', () => undefined)
  }
}
