import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ServerAccess } from '../../support/admin-api.js'

const program = path.resolve(import.meta.dirname, '../../../fleet-server/dist/main.js')

/** The server as it is built, in a process and a folder of its own. */
export class ServerProcess implements AsyncDisposable, ServerAccess {
  readonly adminToken = 'an-admin-token-for-browser-tests'
  readonly #data: string
  readonly #environment: Readonly<Record<string, string>>
  #url = ''
  #setupCode = ''
  #child: ChildProcess | undefined

  private constructor(data: string, environment: Readonly<Record<string, string>>) {
    this.#data = data
    this.#environment = environment
  }

  static async start(environment: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
    const data = await mkdtemp(path.join(tmpdir(), 'kedge-console-'))
    const server = new ServerProcess(data, environment)
    await server.start(['--port', '0', '--mqtt-port', '0'])
    return server
  }

  get url(): string {
    return this.#url
  }

  /** The file of its database. */
  get database(): string {
    return path.join(this.#data, 'kedge.db')
  }

  /** What `npm start` prints: the address, with the token behind the #. */
  get consoleLink(): string {
    return `${this.#url}/#token=${this.adminToken}`
  }

  /** What the server itself prints while it has no users: it makes the first account. */
  get setupLink(): string {
    return `${this.#url}/#setup=${this.#setupCode}`
  }

  async start(ports: readonly string[]): Promise<void> {
    const child = spawn(process.execPath, [program, '--data', this.#data, ...ports], {
      env: { ...process.env, ...this.#environment, KEDGE_ADMIN_TOKEN: this.adminToken },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#child = child
    const said = await new Promise<string>((resolve, reject) => {
      let text = ''
      child.stdout.setEncoding('utf8').on('data', (part: string) => {
        text += part
        if (text.includes('MQTT on')) resolve(text)
      })
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${text}`)))
    })
    this.#setupCode = /#setup=(\S+)/.exec(said)?.[1] ?? ''
    this.#url = /console (\S+?)(\/#\S+)?\n/.exec(said)?.[1] ?? ''
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }

  /** At the address it had, as after a crash. */
  async restart(): Promise<void> {
    await this.stop()
    await this.start(['--port', new URL(this.#url).port, '--mqtt-port', '0'])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await rm(this.#data, { recursive: true, force: true })
  }
}
