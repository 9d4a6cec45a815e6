import { createHash, randomBytes } from 'node:crypto'
import { connect as connectTcp, type Socket } from 'node:net'
import { topicMap } from '@kedge/shared/protocol/topic-map'
import { topics } from '@kedge/shared/protocol/topics'
import { generate, parser, type Packet } from 'mqtt-packet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callApi } from '../support/admin-api.js'
import { eventually } from '../support/eventually.js'
import { joinDevice, passwordOf, type JoinedDevice } from '../support/joined-device.js'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.js'
import { publishBytes, subscribeBytes } from '../support/mqtt-bytes.js'
import { startTestServer, type RunningServer } from '../support/running-server.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const release = 'a'.repeat(64)
const window = {
  ...{ model: 'm', version: '1.0.0', release, provider: 'cpu' },
  ...{ count: 1, errors: {}, latency: [], outputs: {} },
}

/** One window of telemetry that nobody has sent before. */
function freshBatch(): Buffer {
  const at = Date.now()
  const stream = randomBytes(8).toString('hex')
  const windows = [{ ...window, seq: 1, from: at - 1_000, to: at }]
  return Buffer.from(topicMap.telemetry.codec.encode({ v: 1, stream, windows, dropped: {} }))
}

const question = () =>
  Buffer.from(topicMap.ask.codec.encode({ v: 1, nonce: randomBytes(16).toString('hex') }))

/** How many windows of telemetry the server has stored. */
async function storedWindows({ url }: RunningServer): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^kedge_telemetry_windows_total\{outcome="stored"\} (\d+)/m.exec(text)?.[1] ?? 0)
}

interface Hello {
  readonly password: string
  /** A will with telemetry in it. */
  readonly will?: Buffer
  readonly clean?: boolean
  readonly port: number
}

/** A bare socket that has said CONNECT, and the packets that come back. */
function open({ enrolment: { device } }: JoinedDevice, hello: Hello) {
  const socket = connectTcp(hello.port, '127.0.0.1').on('error', () => undefined)
  const heard: Packet[] = []
  const reader = parser()
  reader.on('packet', (packet) => heard.push(packet))
  socket.on('data', (bytes) => reader.parse(bytes))
  const { password, will, clean = true } = hello
  socket.write(
    generate({
      ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, keepalive: 60, clean },
      ...{ clientId: device, username: device, password: Buffer.from(password) },
      ...(will && {
        will: { topic: topics.telemetry(device).path, payload: will, qos: 1, retain: false },
      }),
    }),
  )
  return { socket, heard }
}

/** Without `once`, which an error of the connection would end. */
const heard = (socket: Socket, event: 'drain' | 'close') =>
  new Promise<void>((resolve) => socket.once(event, () => resolve()))

const answerOf = async ({ heard }: { heard: Packet[] }) => {
  await eventually(() => heard.length > 0, 'an answer to CONNECT')
  const [connack] = heard
  return connack?.cmd === 'connack' ? connack.returnCode : undefined
}

/** Sends of all kinds, as fast as the socket takes them, until it ends. */
async function flood(socket: Socket, device: string, chunks: readonly string[]): Promise<void> {
  const presence = Buffer.from(topicMap.presence.codec.encode({ v: 1, state: 'online' }))
  const wanted = subscribeBytes(chunks.map((hash) => topics.blob(hash).path))
  while (!socket.destroyed) {
    socket.cork()
    for (let i = 0; i < 8; i++) {
      socket.write(publishBytes(topics.telemetry(device).path, freshBatch()))
      socket.write(publishBytes(topics.presence(device).path, presence))
      socket.write(publishBytes(topics.reported(device).path, Buffer.from('{}')))
      socket.write(publishBytes(topics.ask(device).path, question()))
    }
    socket.write(wanted)
    socket.uncork()
    // As much as the kernel takes lies unread on the way when the connection is ended.
    if (socket.writableNeedDrain)
      await Promise.race([heard(socket, 'drain'), heard(socket, 'close')])
    else await new Promise(setImmediate)
  }
}

/** Chunks for the device to ask for. */
async function putChunks(server: RunningServer): Promise<string[]> {
  const chunks = Array.from({ length: 16 }, () => randomBytes(64 * 1024))
  return Promise.all(
    chunks.map(async (bytes) => {
      const hash = createHash('sha256').update(bytes).digest('hex')
      await callApi(server, `PUT /blobs/${hash}`, bytes)
      return hash
    }),
  )
}

const revoke = (server: RunningServer, { enrolment: { device } }: JoinedDevice) =>
  callApi(server, `POST /devices/${device}/revoke`)

describe('a device that is revoked in the middle of all it does', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let server: RunningServer
  beforeAll(async () => {
    folder = await temporaryFolder()
    server = await startTestServer(folder.path)
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  it('is cut off within a second, and nothing of what is on its way counts', async () => {
    const joined = await joinDevice(server)
    const chunks = await putChunks(server)
    const port = server.mqttPort!
    const unused = await passwordOf(joined)
    const used = await passwordOf(joined)
    const connection = open(joined, { port, password: used })
    expect(await answerOf(connection)).toBe(0)
    const flooding = flood(connection.socket, joined.enrolment.device, chunks)
    await eventually(async () => (await storedWindows(server)) > 20, 'telemetry of the device')
    await eventually(() => connection.heard.some(({ cmd }) => cmd === 'publish'), 'a chunk')

    const since = performance.now()
    const closed = heard(connection.socket, 'close').then(() => performance.now() - since)
    await revoke(server, joined)
    const stored = await storedWindows(server)
    const took = await closed
    console.info(`cut off ${took.toFixed(0)} ms after the order, under a flood`)
    expect(took).toBeLessThan(1_000)
    await flooding

    // Its last password and one it has kept for later, and the session it had.
    for (const hello of [
      { password: used },
      { password: unused },
      { password: unused, clean: false },
    ])
      expect(await answerOf(open(joined, { port, ...hello }))).toBe(4)
    expect(await answerOf(open(joined, { port, password: await passwordOf(joined) }))).toBe(4)
    expect(await storedWindows(server)).toBe(stored)
    await expect(callApi(server, `GET /devices/${joined.enrolment.device}`)).rejects.toThrow('404')
  })

  it('leaves no will behind that counts', async () => {
    const [joined, sound] = [await joinDevice(server), await joinDevice(server)]
    const port = server.mqttPort!
    const connect = async (one: JoinedDevice) => {
      const connection = open(one, { port, password: await passwordOf(one), will: freshBatch() })
      expect(await answerOf(connection)).toBe(0)
      return connection
    }
    const connection = await connect(joined)
    const before = await storedWindows(server)
    const closed = heard(connection.socket, 'close')
    await revoke(server, joined)
    await closed
    // A will of a device of the fleet does count, and comes after.
    const other = await connect(sound)
    other.socket.destroy()
    await eventually(async () => (await storedWindows(server)) > before, 'the will of another')
    expect(await storedWindows(server)).toBe(before + 1)
  })
})

describe.skipIf(mosquittoMissing)(`on a Mosquitto ${mosquittoMissing ?? ''}`, () => {
  it('a revoked device keeps its connection, and is heard no more', async () => {
    await using folder = await temporaryFolder()
    await using mosquitto = await startMosquitto()
    await using server = await startTestServer(folder.path, { brokerUrl: mosquitto.url })
    const [joined, sound] = [await joinDevice(server), await joinDevice(server)]
    const { device } = joined.enrolment
    const { port } = mosquitto
    const connection = open(joined, { port, password: await passwordOf(joined) })
    const other = open(sound, { port, password: await passwordOf(sound) })
    connection.socket.write(subscribeBytes([topics.time(device).path, topics.ack(device).path]))
    const send = ({ socket }: { socket: Socket }, { enrolment }: JoinedDevice) => {
      socket.write(publishBytes(topics.telemetry(enrolment.device).path, freshBatch()))
      socket.write(publishBytes(topics.ask(enrolment.device).path, question()))
    }
    const answers = () => connection.heard.filter(({ cmd }) => cmd === 'publish').length
    await eventually(async () => {
      send(connection, joined)
      await new Promise((resolve) => setTimeout(resolve, 50))
      return (await storedWindows(server)) > 2 && answers() > 2
    }, 'telemetry of the device')

    await revoke(server, joined)
    // What was acknowledged before is still on its way to the device.
    await new Promise((resolve) => setTimeout(resolve, 300))
    const [stored, answered] = [await storedWindows(server), answers()]
    for (let i = 0; i < 20; i++) send(connection, joined)
    // One connection and one line of messages: what comes after shows that those came before.
    send(other, sound)
    await eventually(async () => (await storedWindows(server)) > stored, 'telemetry of another')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await storedWindows(server)).toBe(stored + 1)
    expect(answers()).toBe(answered)
    expect(connection.socket.destroyed).toBe(false)
    connection.socket.destroy()
    other.socket.destroy()
  })
})
