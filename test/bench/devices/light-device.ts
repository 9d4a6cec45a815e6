import { createHash, type Hash } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { topics } from '@kedge/shared/protocol/topics'
import { generate } from 'mqtt-packet'

const connack = 2
const publish = 3
const pathLength = topics.blob('0'.repeat(64)).path.length

/**
 * A device with nothing but the wire in it, so that a hundred fit beside the broker they measure:
 * it hashes each chunk as it comes in, and keeps a window of them subscribed.
 */
export class LightDevice {
  readonly #socket: Socket
  readonly #window: number
  #wanted: readonly string[] = []
  #next = 0
  #arrived: string[] = []
  #verified = 0
  #messageId = 0
  /** The packet that is coming in. */
  #head: Buffer = Buffer.alloc(0)
  #bodyLeft = 0
  #chunk: { name: string; hash: Hash } | undefined
  #onConnected: () => void = () => undefined
  #onDone: () => void = () => undefined
  #onError: (error: Error) => void = () => undefined

  constructor(port: number, window: number) {
    this.#window = window
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('data', (bytes: Buffer) => this.#read(bytes))
    this.#socket.on('error', (error) => this.#onError(error))
    this.#socket.on('close', () => this.#onError(new Error('the broker closed the connection')))
  }

  connect(device: string): Promise<void> {
    this.#socket.write(
      generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clientId: device,
        username: device,
        password: Buffer.from('bench'),
        keepalive: 0,
        clean: true,
      }),
    )
    return new Promise((resolve, reject) => {
      this.#onConnected = resolve
      this.#onError = reject
    })
  }

  /** Resolves when every chunk has come and has the hash of its topic. */
  fetch(hashes: readonly string[]): Promise<void> {
    this.#wanted = hashes
    this.#next = 0
    this.#verified = 0
    this.#socket.write(this.#subscribe(this.#window))
    return new Promise((resolve, reject) => {
      this.#onDone = resolve
      this.#onError = reject
    })
  }

  /** Asks for chunks and reads nothing from then on. */
  stall(hashes: readonly string[]): void {
    this.#wanted = hashes
    this.#socket.write(this.#subscribe(hashes.length))
    this.#socket.pause()
  }

  publish(topic: string, payload: Buffer): void {
    const flags = { qos: 0, dup: false, retain: false } as const
    this.#socket.write(generate({ cmd: 'publish', topic, payload, ...flags }))
  }

  close(): void {
    this.#onError = () => undefined
    this.#socket.destroy()
  }

  #subscribe(count: number): Buffer {
    const names = this.#wanted.slice(this.#next, this.#next + count)
    this.#next += names.length
    if (names.length === 0) return Buffer.alloc(0)
    const subscriptions = names.map((name) => ({ topic: topics.blob(name).path, qos: 0 as const }))
    return generate({ cmd: 'subscribe', messageId: this.#newId(), subscriptions })
  }

  #newId(): number {
    this.#messageId = (this.#messageId % 65_535) + 1
    return this.#messageId
  }

  #read(bytes: Buffer): void {
    let rest = bytes
    while (rest.length > 0) rest = this.#bodyLeft > 0 ? this.#readBody(rest) : this.#readHead(rest)
    this.#moveWindow()
  }

  /** Collects a packet's head: for a PUBLISH that is all before its payload. */
  #readHead(bytes: Buffer): Buffer {
    const before = this.#head.length
    const head = before === 0 ? bytes : Buffer.concat([this.#head, bytes])
    const length = readLength(head)
    const type = (head[0] ?? 0) >> 4
    const topicEnd = length ? length.end + 2 + pathLength : 0
    if (!length || (type === publish && head.length < topicEnd)) {
      this.#head = head
      return Buffer.alloc(0)
    }
    this.#head = Buffer.alloc(0)
    if (type === connack) this.#onConnected()
    if (type === publish) {
      const name = head.toString('latin1', topicEnd - 64, topicEnd)
      this.#chunk = { name, hash: createHash('sha256') }
      this.#bodyLeft = length.end + length.value - topicEnd
      return head.subarray(topicEnd)
    }
    this.#bodyLeft = length.value
    return head.subarray(length.end)
  }

  #readBody(bytes: Buffer): Buffer {
    const part = bytes.subarray(0, this.#bodyLeft)
    this.#chunk?.hash.update(part)
    this.#bodyLeft -= part.length
    if (this.#bodyLeft === 0 && this.#chunk) this.#finishChunk(this.#chunk)
    return bytes.subarray(part.length)
  }

  #finishChunk({ name, hash }: { name: string; hash: Hash }): void {
    this.#chunk = undefined
    if (hash.digest('hex') !== name) this.#onError(new Error(`chunk ${name} is not what it says`))
    this.#arrived.push(name)
    this.#verified += 1
  }

  /** Half a window at a time, so that there are always chunks under way. */
  #moveWindow(): void {
    const isDone = this.#verified === this.#wanted.length
    if (this.#arrived.length === 0 || (!isDone && this.#arrived.length < this.#window / 2)) return
    const unsubscriptions = this.#arrived.map((name) => topics.blob(name).path)
    const left = generate({ cmd: 'unsubscribe', messageId: this.#newId(), unsubscriptions })
    this.#socket.write(Buffer.concat([left, this.#subscribe(this.#arrived.length)]))
    this.#arrived = []
    if (isDone) this.#onDone()
  }
}

/** MQTT 3.1.1, 2.2.3. Undefined while its last digit has not come. */
function readLength(packet: Buffer): { value: number; end: number } | undefined {
  let value = 0
  for (let at = 1; at < packet.length; at++) {
    const digit = packet[at] as number
    value += (digit & 0x7f) * 128 ** (at - 1)
    if ((digit & 0x80) === 0) return { value, end: at + 1 }
  }
  return undefined
}
