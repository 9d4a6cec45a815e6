import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connectAsync, type MqttClient } from 'mqtt'
import { deviceRecordSchema } from '@kedge/shared/device/device-record'
import { desiredStateCodec, type DesiredState } from '@kedge/shared/protocol/desired-state'
import type { Problem, ReportedState } from '@kedge/shared/protocol/reported-state'
import { topicMap } from '@kedge/shared/protocol/topic-map'
import { topics } from '@kedge/shared/protocol/topics'
import { payloadTypes } from '@kedge/shared/protocol/envelope'
import type { Envelope } from '@kedge/shared/trust/dsse'
import { signEnvelope } from '@kedge/shared/trust/sign-envelope'
import { createKeyFile, importSigner, type KeyFile } from '@kedge/shared/trust/keys'
import { fromBase64 } from '@kedge/shared/util/bytes'
import { startAgent, type Agent } from '../../../edge-agent/src/agent.js'
import { joinFleet } from '../../../edge-agent/src/config/join-fleet.js'
import { Lifetime } from '../../../edge-agent/src/lifetime.js'
import { KeyFolder } from '../../../fleet-server/src/trust/key-folder.js'
import { scalingModel } from '../../contract/tiny-models.js'
import { addPublisher, callApi, pushModel } from '../../support/admin-api.js'
import { startMosquitto } from '../../support/mosquitto.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

interface Seen {
  readonly reported: ReportedState | null
}

interface Parts {
  readonly folder: string
  readonly server: RunningServer
  readonly owner: MqttClient
  readonly publisher: KeyFile
  readonly fleetKey: KeyFile
}

/** What the agent writes of itself, whatever anybody sends: its process, its telemetry. */
const ownFiles = /^(agent\.(json|lock)|spool\.db.*)$/

export const timestampTopic = topics.meta('timestamp.json').path
export const topicOfModel = (factor: number) =>
  topics.blob(createHash('sha256').update(scalingModel(factor)).digest('hex')).path

/**
 * A fleet whose Mosquitto belongs to somebody else, and an agent of it that runs `y = x × factor`,
 * where version `1.<factor>.0` is the one that multiplies by it.
 */
export class OwnedBroker implements AsyncDisposable {
  readonly #parts: Parts
  readonly #lifetime: Lifetime
  /** All that the server and the devices have published, by topic. */
  readonly #heard = new Map<string, Buffer[]>()
  /** What the owner has published. */
  readonly #struck: Buffer[] = []
  /** Files of models in a store with two releases in it, and nothing left over. */
  #tidy: number | undefined
  agent!: Agent
  /** Another device of the fleet, which wants the same. */
  neighbour!: string
  /** Of the newest version that was pushed. */
  factor = 1

  private constructor(parts: Parts, lifetime: Lifetime) {
    this.#parts = parts
    this.#lifetime = lifetime
    parts.owner.on('message', (topic, payload) => {
      if (this.#struck.some((bytes) => bytes.equals(payload))) return
      this.#heard.set(topic, [...(this.#heard.get(topic) ?? []), payload])
    })
  }

  static async create(): Promise<OwnedBroker> {
    const lifetime = new Lifetime()
    const folder = lifetime.use(await temporaryFolder()).path
    const { url } = lifetime.use(await startMosquitto())
    const data = path.join(folder, 'server')
    const server = lifetime.use(await startTestServer(data, { brokerUrl: url }))
    // Mosquitto asks nobody who they are here, so this one may publish whatever it likes.
    const owner = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0 })
    lifetime.defer(() => owner.endAsync(true))
    const publisher = await createKeyFile('publisher')
    await addPublisher(server, publisher)
    const keys = await new KeyFolder(path.join(data, 'keys')).readable()
    const fleetKey = [...keys.values()].find(({ file }) => file.name === 'fleet')!.file
    const scene = new OwnedBroker({ folder, server, owner, publisher, fleetKey }, lifetime)
    await owner.subscribeAsync('kedge/1/#', { qos: 1 })
    await scene.#settle()
    return scene
  }

  /** Two devices that run the second version, after they have run the first. */
  async #settle(): Promise<void> {
    this.neighbour = (await this.#startAgent('neighbour')).id
    this.agent = await this.#startAgent('attacked')
    await this.advance()
    await this.advance()
    await delay(1_000)
    this.#tidy = await this.#modelFiles()
  }

  async #startAgent(name: string): Promise<Agent> {
    const body = { labels: {}, ttlS: 600, uses: 1 }
    const { token } = await this.api<{ token: string }>('POST /enrolment-tokens', body)
    const data = path.join(this.#parts.folder, name)
    await joinFleet({ data, token, labels: { name }, fetch })
    return this.#lifetime.use(await startAgent({ data, port: 0 }))
  }

  api<T>(route: `${string} /${string}`, body?: unknown): Promise<T> {
    return callApi<T>(this.#parts.server, route, body)
  }

  /** Publishes the next version; the broker has all of it when this resolves. */
  async push(): Promise<void> {
    this.factor += 1
    const { server, publisher: key } = this.#parts
    const before = this.heard(timestampTopic).length
    const facts = { name: 'scaling', version: this.version, createdAt: Date.now() }
    await pushModel(server, scalingModel(this.factor), { facts, key })
    const [blob, meta] = [topicOfModel(this.factor), timestampTopic]
    const isThere = () => this.heard(blob).length > 0 && this.heard(meta).length > before
    await until(isThere, 'the release on the broker')
  }

  get version(): string {
    return `1.${this.factor}.0`
  }

  /** Wants the version that was pushed last. */
  async rollOut(): Promise<void> {
    await this.api('POST /rollouts', { model: 'scaling', version: this.version, select: '*' })
  }

  /** The fleet wants a newer version, and in the end the agent runs it and has nothing to complain of. */
  async advance(): Promise<void> {
    await this.push()
    await this.rollOut()
    await this.arrived()
  }

  async arrived(): Promise<void> {
    const { factor } = this
    await until(async () => (await this.answer().catch(() => []))[1] === factor, 'arrival')
    await until(async () => (await this.complaints()).length === 0, 'an end to complaints')
    const isActive = async () =>
      (await this.reported())?.slots['scaling']?.deployment?.state === 'active'
    await until(isActive, 'the report of it')
    const isTidy = async () => this.#tidy === undefined || (await this.#modelFiles()) === this.#tidy
    await until(isTidy, 'a tidy store')
  }

  /** What was published on a topic, oldest first. */
  heard(topic: string): readonly Buffer[] {
    return this.#heard.get(topic) ?? []
  }

  /** Puts it in the place of what the broker keeps, for everybody who asks. */
  async strike(topic: string, payload: Uint8Array): Promise<void> {
    this.#struck.push(Buffer.from(payload))
    await this.restore(topic, payload)
  }

  /** What the owner does who gives up. */
  async restore(topic: string, payload: Uint8Array): Promise<void> {
    const options = { qos: 1, retain: true } as const
    await this.#parts.owner.publishAsync(topic, Buffer.from(payload), options)
  }

  async strikeDesired(envelope: Envelope): Promise<void> {
    const { codec } = topicMap.desired
    await this.strike(topics.desired(this.agent.id).path, codec.encode(envelope))
  }

  /** What the fleet has signed for a device, oldest first. */
  desired(device = this.agent.id): Envelope[] {
    return this.heard(topics.desired(device).path).map((bytes) =>
      topicMap.desired.codec.decode(new Uint8Array(bytes)),
    )
  }

  /** As a thief of the fleet's key would have it. */
  async forge(change: (inForce: DesiredState) => Partial<DesiredState>): Promise<Envelope> {
    const inForce = desiredStateCodec.decode(fromBase64(this.desired().at(-1)!.payload))
    const now = Date.now()
    const fresh = { ...inForce, seq: now, issuedAt: now, expires: now + 3_600_000 }
    const payload = desiredStateCodec.encode({ ...fresh, ...change(inForce) })
    return signEnvelope(payloadTypes.desired, payload, await importSigner(this.#parts.fleetKey))
  }

  async reported(): Promise<ReportedState | null> {
    return (await this.api<Seen>(`GET /devices/${this.agent.id}`)).reported
  }

  /** All that the device page of the console words as wrong: with the device, or a deployment. */
  async complaints(): Promise<Problem[]> {
    const reported = await this.reported()
    const reason = reported?.slots['scaling']?.deployment?.reason
    return [...(reported?.problems ?? []), ...(reason ? [reason] : [])]
  }

  /** The version that answers a program beside the agent, and its answer. */
  async answer(): Promise<[string, number]> {
    const x = { name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 10] }
    const response = await fetch(`${this.agent.url}/v2/models/scaling/infer`, {
      method: 'POST',
      body: JSON.stringify({ inputs: [x] }),
    })
    const answer = (await response.json()) as Answer
    return [answer.model_version, answer.outputs[0]!.data[0]!]
  }

  /** Every topic there was ever anything on, in the order in which they began. */
  topics(): string[] {
    return [...this.#heard.keys()]
  }

  /** Every file of the agent that a message could have it change, or those of some names. */
  async files(some = /./): Promise<Record<string, string>> {
    const folder = path.join(this.#parts.folder, 'attacked')
    const names = (await this.#fileNames()).filter((name) => some.test(name))
    const read = names.map(async (name) => {
      const bytes = await readFile(path.join(folder, name))
      return [name, bytes.toString('latin1')] as const
    })
    return Object.fromEntries(await Promise.all(read))
  }

  async #fileNames(): Promise<string[]> {
    const folder = path.join(this.#parts.folder, 'attacked')
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile() && !ownFiles.test(entry.name))
      .map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name)))
  }

  async #modelFiles(): Promise<number> {
    return (await this.#fileNames()).filter((name) => name.startsWith('models/')).length
  }

  /** What the agent's record says is installed. */
  async installed(): Promise<unknown> {
    const record = JSON.parse((await this.files(/^device\.json$/))['device.json']!) as unknown
    const { active, previous } = deviceRecordSchema.parse(record).slots['scaling'] ?? {}
    return { active, previous }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lifetime[Symbol.asyncDispose]()
  }
}

interface Answer {
  readonly model_version: string
  readonly outputs: readonly { readonly data: readonly number[] }[]
}

/** Asks seldom enough to leave the agent and the server their time; the limit ends a broken test. */
async function until(isSo: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const giveUp = Date.now() + 30_000
  while (!(await isSo())) {
    if (Date.now() > giveUp) throw new TypeError(`${what} did not come about`)
    await delay(25)
  }
}
