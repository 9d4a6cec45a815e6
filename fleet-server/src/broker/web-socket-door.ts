import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, createWebSocketStream } from 'ws'
import { deviceLimit } from './packet-guard.js'
import type { PageGate } from './page-gate.js'

const subprotocol = 'mqtt'

/** Takes a stream of MQTT, and the socket that its frames come by. */
type AcceptWebSocket = (connection: Duplex, from: string | undefined, below: Duplex) => void

export interface WebSocketDoorParts {
  readonly accept: AcceptWebSocket
  /** Whether a page may come in; whoever asks may, unless told. */
  readonly mayOpen?: PageGate | undefined
  /** Called when it may not. */
  readonly onForeign: (facts: { from: string | undefined; origin: string | undefined }) => void
}

/** MQTT over WebSocket (MQTT 3.1.1, section 6): packets in binary frames, cut anywhere. */
export class WebSocketDoor {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: deviceLimit,
    // Chunks are weights: they do not compress, and each context would cost 100 KiB.
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  })
  readonly #parts: WebSocketDoorParts

  constructor(parts: WebSocketDoorParts) {
    this.#parts = parts
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until the handshake is done the socket is ours; without a listener its error ends the process.
    socket.on('error', () => socket.destroy())
    // [MQTT-6.0.0-3]: a client that does not speak "mqtt" is not served.
    const offered = request.headers['sec-websocket-protocol']?.split(',') ?? []
    if (!offered.some((name) => name.trim() === subprotocol))
      return refuse(socket, '400 Bad Request')
    void this.#admit(request).then((status) => {
      if (status !== undefined) return refuse(socket, status)
      if (socket.destroyed) return
      this.#server.handleUpgrade(request, socket, head, (webSocket) => {
        const { remoteAddress } = request.socket
        // By itself it would read on for 30 s, for the other side to agree that it is over.
        webSocket.once('error', () => request.socket.destroySoon())
        this.#parts.accept(createWebSocketStream(webSocket), remoteAddress, socket)
      })
    })
  }

  /** Undefined for who may come in, else the status of the refusal. */
  async #admit(request: IncomingMessage): Promise<string | undefined> {
    const { mayOpen, onForeign } = this.#parts
    if (!mayOpen) return undefined
    try {
      if (await mayOpen(request)) return undefined
    } catch {
      return '503 Service Unavailable'
    }
    onForeign({ from: request.socket.remoteAddress, origin: request.headers.origin?.slice(0, 200) })
    return '403 Forbidden'
  }

  close(): void {
    this.#server.close()
  }
}

const refuse = (socket: Duplex, status: string): void =>
  void socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
