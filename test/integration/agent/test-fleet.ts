import path from 'node:path'
import { createKeyFile, type KeyFile } from '@kedge/shared/trust/keys'
import { startAgent, type Agent, type AgentOptions } from '../../../edge-agent/src/agent.js'
import { joinFleet } from '../../../edge-agent/src/config/join-fleet.js'
import { toConfig } from '../../../fleet-server/src/config/config.js'
import { loadSecrets } from '../../../fleet-server/src/config/secrets.js'
import { startServer, type FleetServer } from '../../../fleet-server/src/server.js'
import type { ReleaseFacts } from '../../../fleet-server/src/models/package-release.js'
import { callApi, pushModel, type ServerAccess } from '../../support/admin-api.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

/** A real server with its broker, and agents of its fleet, in one folder that goes with it. */
export class TestFleet implements AsyncDisposable {
  readonly folder: string
  readonly #removeFolder: () => Promise<void>
  #server: FleetServer
  #access: ServerAccess
  #mqttPort: number
  #key: KeyFile
  readonly #agents = new Set<Agent>()

  private constructor(parts: {
    folder: Awaited<ReturnType<typeof temporaryFolder>>
    server: FleetServer
    adminToken: string
    key: KeyFile
  }) {
    this.folder = parts.folder.path
    this.#removeFolder = () => Promise.resolve(parts.folder[Symbol.asyncDispose]())
    this.#server = parts.server
    this.#mqttPort = parts.server.mqttPort!
    this.#access = { url: parts.server.url, adminToken: parts.adminToken }
    this.#key = parts.key
  }

  static async create(): Promise<TestFleet> {
    const folder = await temporaryFolder()
    const { server, adminToken } = await openServer(folder.path, { port: 0, mqttPort: 0 })
    const key = await createKeyFile('publisher')
    const fleet = new TestFleet({ folder, server, adminToken, key })
    const publicKey = { id: key.id, key: key.publicKey }
    await callApi(fleet.#access, 'POST /publishers', { name: key.name, key: publicKey })
    return fleet
  }

  /** Joins a folder to the fleet. */
  async enrol(name: string): Promise<string> {
    const body = { labels: {}, ttlS: 600, uses: 1 }
    const { token } = await callApi<{ token: string }>(this.#access, 'POST /enrolment-tokens', body)
    const data = path.join(this.folder, name)
    await joinFleet({ data, token, labels: { name }, fetch })
    return data
  }

  /** An agent that ends with the fleet, unless it has before. */
  async startAgent(options: AgentOptions): Promise<Agent> {
    const agent = await startAgent(options)
    this.#agents.add(agent)
    return agent
  }

  push(model: Uint8Array, facts: Omit<ReleaseFacts, 'createdAt'>): Promise<void> {
    return pushModel(this.#access, model, {
      facts: { createdAt: Date.now(), ...facts },
      key: this.#key,
    })
  }

  async rollOut(model: string, version: string, select = '*'): Promise<void> {
    await callApi(this.#access, 'POST /rollouts', { model, version, select })
  }

  api<T>(route: `${string} /${string}`, body?: unknown): Promise<T> {
    return callApi<T>(this.#access, route, body)
  }

  async stopServer(): Promise<void> {
    await this.#server[Symbol.asyncDispose]()
  }

  /** Anew on what is on the disk, at the same addresses. */
  async restartServer(): Promise<void> {
    const port = Number(new URL(this.#access.url).port)
    const { server } = await openServer(this.folder, { port, mqttPort: this.#mqttPort })
    this.#server = server
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const agent of this.#agents) await agent[Symbol.asyncDispose]()
    await this.stopServer()
    await this.#removeFolder()
  }
}

async function openServer(folder: string, ports: { port: number; mqttPort: number }) {
  const environment = {
    data: path.join(folder, 'server'),
    port: String(ports.port),
    mqttPort: String(ports.mqttPort),
    logLevel: 'silent',
  }
  const config = toConfig(environment)
  const secrets = await loadSecrets(config, environment)
  const server = await startServer(config, secrets)
  return { server, adminToken: secrets.adminToken }
}

/** Asks until it is so. The test's own time limit ends it. */
export async function until<T>(ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
