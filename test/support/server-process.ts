import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { ServerAccess } from './admin-api.js'

const program = path.resolve(import.meta.dirname, '../../fleet-server/dist/main.js')

export interface ServerPorts {
  /** 0 takes any free one. */
  readonly port: number
  readonly mqttPort: number
}

/** A fleet server as a process of its own, as `kedge-server` starts it. */
export class ServerProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly access: ServerAccess
  /** The ports it listens on, to be given to its successor. */
  readonly ports: ServerPorts

  private constructor(child: ChildProcess, access: ServerAccess, ports: ServerPorts) {
    this.#child = child
    this.access = access
    this.ports = ports
  }

  static async start(
    data: string,
    { port, mqttPort }: ServerPorts = { port: 0, mqttPort: 0 },
    ...flags: string[]
  ): Promise<ServerProcess> {
    const args = ['--data', data, '--port', String(port), '--mqtt-port', String(mqttPort)]
    const child = spawn(process.execPath, [program, ...args, ...flags], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const { url, mqttPort: listening } = await untilListening(child)
    const adminToken = (await readFile(path.join(data, 'admin-token'), 'utf8')).trim()
    const ports = { port: Number(new URL(url).port), mqttPort: listening }
    return new ServerProcess(child, { url, adminToken }, ports)
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** As the power cord would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGTERM')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill(signal)
    await ended
  }
}

interface Banner {
  readonly url: string
  readonly mqttPort: number
}

/** Reads the banner; what the server says later is read too, or it could not go on saying it. */
function untilListening(child: ChildProcess): Promise<Banner> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stdout!.on('data', (text: Buffer) => {
      if (process.env['KEDGE_TEST_LOG']) process.stderr.write(text)
      said = (said + text.toString()).slice(-10_000)
      const url = /console (\S+?)(\/#\S+)?\n/.exec(said)?.[1]
      const mqttPort = /MQTT on port (\d+)/.exec(said)?.[1]
      if (url && mqttPort) resolve({ url, mqttPort: Number(mqttPort) })
    })
    child.once('exit', () => reject(new TypeError(`the server ended before it listened: ${said}`)))
  })
}
