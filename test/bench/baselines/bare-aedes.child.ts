import { createServer, type AddressInfo, type Server } from 'node:net'
import { Aedes } from 'aedes'
import { answer } from '../harness/child.js'

let server: Server | undefined
let broker: Aedes | undefined

const handlers = {
  /** aedes as it comes, which lets everybody in. */
  async start(): Promise<{ port: number }> {
    const bare = await Aedes.createBroker({ concurrency: 0 })
    const listening = createServer({ noDelay: true }, bare.handle)
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
    broker = bare
    server = listening
    return { port: (listening.address() as AddressInfo).port }
  },

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => broker?.close(() => resolve()))
    server?.close()
  },
}

export type BareAedes = typeof handlers
answer(handlers)
