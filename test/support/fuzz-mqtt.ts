import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { seededEntropy, type Entropy } from '@kedge/shared/util/entropy'
import { duplexPair } from './duplex-pair.js'

export interface FuzzOptions {
  readonly seed: number
  readonly mutations: number
  /** Sound sessions, each of another device: their packets, CONNECT first. */
  readonly sessions: readonly (readonly Buffer[])[]
  /** Gives the broker a connection that has no socket. */
  readonly accept: (connection: Duplex) => void
  /** The broker's port, for those that have one. */
  readonly port: number
}

/** One connection in so many goes over a socket. */
const bySocket = 50
/**
 * Sends mutated packets of a session, before and after its CONNECT, many on one connection until the
 * broker ends it; one to six to a packet. @returns how many connections that took
 */
export async function fuzzMqtt(options: FuzzOptions): Promise<number> {
  const counts = { left: options.mutations, connections: 0 }
  const lane = async (session: readonly Buffer[], i: number) => {
    const random = seededEntropy(options.seed + i)
    while (counts.left > 0) {
      counts.connections += 1
      const taken = await visit({ ...options, ...counts, session }, random)
      counts.left -= taken
    }
  }
  // Most of the time would go into stack traces of refusals, which nobody reads here.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  await Promise.all(options.sessions.map(lane))
  Error.stackTraceLimit = stackTraceLimit
  return counts.connections
}

interface Visit extends Pick<FuzzOptions, 'accept' | 'port'> {
  readonly session: readonly Buffer[]
  readonly connections: number
  readonly left: number
}

/** One connection. @returns how many mutations the broker has taken in on it */
async function visit(
  { session, accept, port, connections, left }: Visit,
  random: Entropy,
): Promise<number> {
  const stream = connections % bySocket === 0 ? await openSocket(port) : openPair(accept)
  stream.resume()
  const [hello = Buffer.alloc(0)] = session
  // Without DISCONNECT, after which there is nothing more to say.
  const going = session.slice(1, -1)
  // Some are strangers, and mutate their CONNECT as well.
  const stranger = random.random() < 0.1
  if (!stranger) await say(stream, hello)
  let taken = 0
  while (!stream.destroyed && taken < Math.min(left, 64)) {
    const packets = stranger && taken === 0 ? [hello] : random.random() < 0.05 ? session : going
    const times = 1 + Math.floor(random.random() * 6)
    await say(stream, mutate(pick(packets, random), { session, times, random }))
    taken += times
  }
  if (!stream.destroyed) stream.destroy()
  return taken
}

async function say(stream: Duplex, bytes: Buffer): Promise<void> {
  stream.write(bytes)
  // Until the other side has read it, and answered or ended the connection.
  for (let i = 0; i < 6 && !stream.destroyed; i++) await turn()
}

function openPair(accept: (connection: Duplex) => void): Duplex {
  const [near, far] = duplexPair()
  accept(far)
  return near
}

async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

type Mutation = (bytes: Buffer, other: Buffer, random: Entropy) => Buffer

/** Rather near the end: what stands at the start of a packet ends most connections at once. */
const at = (bytes: Buffer, random: Entropy) =>
  Math.max(0, bytes.length - 1 - Math.floor(random.random() ** 3 * bytes.length))
const withByte = (bytes: Buffer, index: number, value: number) => {
  const copy = Buffer.from(bytes)
  if (copy.length > 0) copy[index] = value
  return copy
}

/** The packet with its type again and the length that it has; short ones, which is nearly all. */
function mended(bytes: Buffer, { 0: type = 0 }: Buffer): Buffer {
  const body = bytes.subarray(2, 2 + 127)
  return Buffer.concat([Buffer.of(type, body.length), body])
}

const mutations: readonly Mutation[] = [
  (bytes, _, random) => {
    const index = at(bytes, random)
    return withByte(bytes, index, (bytes[index] ?? 0) ^ (1 << Math.floor(random.random() * 8)))
  },
  (bytes, _, random) => withByte(bytes, at(bytes, random), Math.floor(random.random() * 256)),
  (bytes, _, random) => withByte(bytes, at(bytes, random), random.random() < 0.5 ? 0 : 255),
  (bytes, _, random) => bytes.subarray(0, at(bytes, random)),
  (bytes, _, random) => Buffer.concat([bytes, random.bytes(Math.floor(random.random() * 40))]),
  (bytes, other, random) => Buffer.concat([bytes.subarray(0, at(bytes, random)), other]),
  (bytes, other, random) =>
    Buffer.concat([bytes.subarray(0, at(bytes, random)), other.subarray(at(other, random))]),
  (bytes) => Buffer.concat([bytes, bytes]),
]

interface HowToMutate {
  readonly session: readonly Buffer[]
  readonly times: number
  readonly random: Entropy
}

function mutate(packet: Buffer, { session, times, random }: HowToMutate): Buffer {
  let bytes = packet
  for (let i = 0; i < times; i++) {
    bytes = pick(mutations, random)(bytes, pick(session, random), random)
  }
  // The guard ends most of what is out of step; behind it is the parser, and it is to be tried too.
  return random.random() < 0.2 ? bytes : mended(bytes, packet)
}

const pick = <Item>(items: readonly Item[], random: Entropy): Item =>
  items[Math.floor(random.random() * items.length)] as Item
