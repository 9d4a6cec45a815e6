import { randomBytes } from 'node:crypto'
import { createServer, type AddressInfo } from 'node:net'
import { answer } from '../harness/child.js'

const handlers = {
  /** Gives every reader that sends a byte the same `length` bytes from memory: the limit. */
  async start({ length }: { length: number }): Promise<{ port: number }> {
    const bytes = randomBytes(length)
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on('data', () => socket.write(bytes)).on('error', () => undefined)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { port: (server.address() as AddressInfo).port }
  },
}

export type TcpServer = typeof handlers
answer(handlers)
