import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync } from 'node:fs'
import path from 'node:path'
import { systemClock } from '@kedge/shared/util/clock'
import { Seconds } from '@kedge/shared/util/units'

export interface ProgramOptions {
  /** Names it in messages and in its log file. */
  readonly name: string
  /** The script and its arguments, for this Node.js. */
  readonly args: readonly string[]
  readonly logDir: string
  readonly onRestart: (name: string, how: string) => void
}

const restartPause = Seconds(1)
const patience = Seconds(15)

/** A program of ours as a process of its own: logged to a file, and started again when it ends. */
export class ChildProgram implements AsyncDisposable {
  readonly #options: ProgramOptions
  readonly #stopping = new AbortController()
  #child: ChildProcess | undefined
  #lastWords = ''
  #hasStarted = false
  #life: Promise<void> = Promise.resolve()

  constructor(options: ProgramOptions) {
    this.#options = options
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  get logFile(): string {
    return path.join(this.#options.logDir, `${this.#options.name}.log`)
  }

  /** Whether it has said on its output that it is at work; each program of ours does so once. */
  get hasStarted(): boolean {
    return this.#hasStarted
  }

  /** Lines it wrote last to its error stream. */
  get lastWords(): string {
    return this.#lastWords.trim()
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && !this.#child.signalCode
  }

  start(): void {
    this.#spawn()
    this.#life = this.#keepAlive()
  }

  /** Asks it to end, waits, and insists. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new Error('stopping'))
    const child = this.#child
    if (!child || !this.running) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    const insist = setTimeout(() => child.kill('SIGKILL'), patience)
    await ended
    clearTimeout(insist)
    await this.#life
  }

  #spawn(): void {
    const { args, logDir } = this.#options
    mkdirSync(logDir, { recursive: true })
    const log = createWriteStream(this.logFile, { flags: 'a' })
    // Ctrl-C reaches the whole group of a terminal; a group of its own lets us end it in order.
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    this.#child = child
    this.#lastWords = ''
    this.#hasStarted = false
    child.stdout.once('data', () => (this.#hasStarted = true))
    child.stdout.pipe(log, { end: false })
    child.stderr.pipe(log, { end: false })
    child.stderr.on('data', (text: Buffer) => {
      this.#lastWords = (this.#lastWords + text.toString()).slice(-2_000)
    })
    child.once('exit', () => log.end())
  }

  async #keepAlive(): Promise<void> {
    const { name, onRestart } = this.#options
    while (!this.#stopping.signal.aborted && this.#child) {
      const [code, signal] = (await once(this.#child, 'exit')) as [number | null, string | null]
      // What never came up would not at the second try; whoever waits for it hears why.
      if (this.#stopping.signal.aborted || !this.#hasStarted) return
      onRestart(name, signal ? `was ended by ${signal}` : `ended with code ${code}`)
      await systemClock.sleep(restartPause, this.#stopping.signal).catch(() => undefined)
      if (!this.#stopping.signal.aborted) this.#spawn()
    }
  }
}
