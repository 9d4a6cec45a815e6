import { once } from 'node:events'
import type { Socket } from 'node:net'
import { openSocket } from './raw-socket.js'

/** A stubborn WebSocket for MQTT up to the handshake (RFC 6455, section 4.1); what follows is the test's. */
export async function openRawWebSocket(port: number): Promise<Socket> {
  const socket = await openSocket(port, 'stubborn')
  const head = [
    ...['GET /mqtt HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Upgrade: websocket'],
    ...['Connection: Upgrade', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Protocol: mqtt'],
    ...[`Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`, '\r\n'],
  ]
  socket.write(head.join('\r\n'))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  if (!answer.toString().startsWith('HTTP/1.1 101')) throw new TypeError(answer.toString())
  return socket
}

/** Which part of a message a frame carries. */
export type Part = 'whole' | 'first' | 'next'
const firstBytes = { whole: 0x82, first: 0x02, next: 0x00 }

/** A frame of a client's binary message (RFC 6455, section 5.2); its mask changes nothing. */
export function frame(payload: Buffer, part: Part): Buffer {
  const head = Buffer.alloc(14)
  head.writeUInt8(firstBytes[part], 0)
  head.writeUInt8(0xff, 1)
  head.writeBigUInt64BE(BigInt(payload.length), 2)
  return Buffer.concat([head, payload])
}

/** What whole, short frames of a server carry, one after the other. */
export function payloadOf(frames: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at + 1 < frames.length;) {
    const end = at + 2 + frames.readUInt8(at + 1)
    parts.push(frames.subarray(at + 2, end))
    at = end
  }
  return Buffer.concat(parts)
}
