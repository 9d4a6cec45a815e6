import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, createWebSocketStream } from 'ws'
import { deviceLimit } from './packet-guard.js'

const subprotocol = 'mqtt'

/** Takes a stream of MQTT, and the socket that its frames come by. */
type AcceptWebSocket = (connection: Duplex, from: string | undefined, below: Duplex) => void

/** MQTT over WebSocket (MQTT 3.1.1, section 6): packets in binary frames, cut anywhere. */
export class WebSocketDoor {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: deviceLimit,
    // Chunks are weights: they do not compress, and each context would cost 100 KiB.
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  })
  readonly #accept: AcceptWebSocket

  constructor(accept: AcceptWebSocket) {
    this.#accept = accept
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until the handshake is done the socket is ours; without a listener its error ends the process.
    socket.on('error', () => socket.destroy())
    // [MQTT-6.0.0-3]: a client that does not speak "mqtt" is not served.
    const offered = request.headers['sec-websocket-protocol']?.split(',') ?? []
    if (!offered.some((name) => name.trim() === subprotocol)) {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#accept(createWebSocketStream(webSocket), request.socket.remoteAddress, socket)
    })
  }

  close(): void {
    this.#server.close()
  }
}
