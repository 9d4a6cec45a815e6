import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

/** The agent as built. */
export const agentProgram = path.resolve(import.meta.dirname, '../../../edge-agent/dist/main.js')

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

/** `kedge-agent` as built, in a process of its own. */
export class AgentProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #ended: Promise<Ended>
  out = ''
  error = ''

  constructor(...args: string[]) {
    this.#child = spawn(process.execPath, [agentProgram, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child.stdout!.on('data', (part: Buffer) => (this.out += part.toString()))
    this.#child.stderr!.on('data', (part: Buffer) => (this.error += part.toString()))
    this.#ended = once(this.#child, 'close').then(([code]) => ({
      code: code as number | null,
      out: this.out,
      error: this.error,
    }))
  }

  get pid(): number {
    return this.#child.pid!
  }

  ended(): Promise<Ended> {
    return this.#ended
  }

  signal(signal: NodeJS.Signals): Promise<Ended> {
    this.#child.kill(signal)
    return this.#ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await this.signal('SIGKILL')
    }
  }
}

export const runAgentCommand = (...args: string[]): Promise<Ended> =>
  new AgentProcess(...args).ended()
