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
/** Whom passwords are for. */
const fleet = 'f-bench'
const devices: { readonly id: string; readonly privateKey: CryptoKey }[] = []

async function makeDevice(): Promise<Member> {
  const keys = await generateKeyPair(false)
  const { key: publicKey } = await exportPublicKey(keys.publicKey)
  const id = await deviceIdOf('agent', fromBase64(publicKey))
  devices.push({ id, privateKey: keys.privateKey })
  return { id, publicKey }
}

/** A password opens one connection. */
async function signIn({ id, privateKey }: (typeof devices)[number]): Promise<Buffer> {
  return connectBytes(id, await devicePassword({ device: id, fleet }, privateKey, systemClock))
}

async function open(port: number, packet: Buffer): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.write(packet)
  const [connack] = (await once(socket, 'data')) as [Buffer]
  if (connack[3] !== 0) throw new Error(`refused with code ${connack[3]}`)
  return socket
}

const handlers = {
  /** Devices with keys. */
  async make({ count }: { count: number }): Promise<Member[]> {
    const members: Member[] = []
    while (members.length < count) members.push(await makeDevice())
    return members
  },

  /** Connections a second, with passwords signed before, until all are connected; then they go. */
  async connect({ port }: { port: number }): Promise<number> {
    const sockets: Socket[] = []
    const packets = await Promise.all(devices.map(signIn))
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
