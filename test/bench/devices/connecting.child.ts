import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { devicePassword } from '@kedge/shared/adapters/enrolment'
import { deviceIdOf, exportPublicKey, generateKeyPair } from '@kedge/shared/trust/keys'
import { fromBase64 } from '@kedge/shared/util/bytes'
import { systemClock } from '@kedge/shared/util/clock'
import { connectBytes } from '../../support/mqtt-bytes.js'
import { answer } from '../harness/child.js'

/** What the server knows of a device. */
export interface Member {
  readonly id: string
  readonly publicKey: string
}

/** Connections that are being opened at a time. */
const atOnce = 64
const packets: Buffer[] = []

async function makeDevice(): Promise<Member> {
  const keys = await generateKeyPair(false)
  const { key: publicKey } = await exportPublicKey(keys.publicKey)
  const id = await deviceIdOf('agent', fromBase64(publicKey))
  packets.push(connectBytes(id, await devicePassword(id, keys.privateKey, systemClock)))
  return { id, publicKey }
}

async function open(port: number, packet: Buffer): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.write(packet)
  const [connack] = (await once(socket, 'data')) as [Buffer]
  if (connack[3] !== 0) throw new Error(`refused with code ${connack[3]}`)
  return socket
}

const handlers = {
  /** Devices with keys, and with the passwords that they would sign for each connection. */
  async make({ count }: { count: number }): Promise<Member[]> {
    const members: Member[] = []
    while (members.length < count) members.push(await makeDevice())
    return members
  },

  /** Connections a second until all devices are connected; then they go. */
  async connect({ port }: { port: number }): Promise<number> {
    const sockets: Socket[] = []
    const waiting = packets.values()
    const start = performance.now()
    const lane = async () => {
      for (const packet of waiting) sockets.push(await open(port, packet))
    }
    await Promise.all(Array.from({ length: atOnce }, lane))
    const seconds = (performance.now() - start) / 1_000
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 300))
    return sockets.length / seconds
  },
}

export type Connecting = typeof handlers
answer(handlers)
