import path from 'node:path'
import { createKeyFile, type KeyFile } from '@kedge/shared/trust/keys'
import type { ReleaseFacts } from '../../../fleet-server/src/models/package-release.js'
import { callApi, pushModel, type ServerAccess } from '../../support/admin-api.js'
import { ServerProcess } from '../../support/server-process.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

/** A fleet server of its own for a test, with a publisher it trusts. */
export class Fleet implements AsyncDisposable {
  readonly #folder: AsyncDisposable & { readonly path: string }
  #server: ServerProcess
  #generation = 0
  #key: KeyFile | undefined

  private constructor(folder: AsyncDisposable & { readonly path: string }, server: ServerProcess) {
    this.#folder = folder
    this.#server = server
  }

  /** `flags` of `kedge-server`, for its first start. */
  static async start(...flags: string[]): Promise<Fleet> {
    const folder = await temporaryFolder()
    const data = path.join(folder.path, 'data-0')
    return new Fleet(folder, await ServerProcess.start(data, undefined, ...flags))
  }

  get access(): ServerAccess {
    return this.#server.access
  }

  get url(): string {
    return this.access.url
  }

  async publish(model: Uint8Array, facts: Omit<ReleaseFacts, 'createdAt'>): Promise<void> {
    const key = await this.#publisher()
    await pushModel(this.access, model, { facts: { ...facts, createdAt: Date.now() }, key })
  }

  /** Gives a version to every browser. */
  async rollOut(model: string, version: string): Promise<void> {
    await callApi(this.access, 'POST /rollouts', { model, version, select: 'kind=browser' })
  }

  async stop(): Promise<void> {
    await this.#server[Symbol.asyncDispose]()
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.#startAgain()
  }

  /** Starts at the same address as if for the first time: another fleet with other keys. */
  async beginAnew(): Promise<void> {
    await this.stop()
    this.#generation += 1
    this.#key = undefined
    await this.#startAgain()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await this.#folder[Symbol.asyncDispose]()
  }

  async #startAgain(): Promise<void> {
    const data = path.join(this.#folder.path, `data-${this.#generation}`)
    this.#server = await ServerProcess.start(data, this.#server.ports)
  }

  async #publisher(): Promise<KeyFile> {
    if (this.#key) return this.#key
    const key = await createKeyFile('test')
    const publicKey = { id: key.id, key: key.publicKey }
    await callApi(this.access, 'POST /publishers', { name: 'test', key: publicKey })
    this.#key = key
    return key
  }
}
