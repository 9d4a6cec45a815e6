import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export const chunkBytes = 64 * 1024

/** `readers` sockets read `length` bytes each and hash every 64 KiB. @returns seconds */
export async function readOverTcp(port: number, readers: number, length: number): Promise<number> {
  const sockets = await Promise.all(Array.from({ length: readers }, () => open(port)))
  const start = performance.now()
  await Promise.all(sockets.map((socket) => readHashed(socket, length)))
  const seconds = (performance.now() - start) / 1000
  for (const socket of sockets) socket.destroy()
  return seconds
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return socket
}

function readHashed(socket: Socket, length: number): Promise<void> {
  let left = length
  let room = chunkBytes
  let hash = createHash('sha256')
  return new Promise((resolve, reject) => {
    socket.on('error', reject).on('data', (bytes: Buffer) => {
      left -= bytes.length
      for (let at = 0; at < bytes.length;) {
        const part = bytes.subarray(at, at + room)
        hash.update(part)
        at += part.length
        room -= part.length
        if (room > 0) continue
        hash.digest('hex')
        hash = createHash('sha256')
        room = chunkBytes
      }
      if (left <= 0) resolve()
    })
    socket.write('.')
  })
}
