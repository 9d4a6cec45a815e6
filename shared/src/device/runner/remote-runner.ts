import { DeploymentError, InferenceError } from '../../errors/device-error.js'
import { KedgeError } from '../../errors/kedge-error.js'
import { TensorError } from '../../errors/model-error.js'
import type { GoldenSample } from '../../model/golden-samples.js'
import type { Tensors } from '../../model/tensor.js'
import type { OpenPrediction } from '../../telemetry/open-predictions.js'
import type { Label } from '../../telemetry/score.js'
import type { TelemetryWindow } from '../../telemetry/window.js'
import type { Clock } from '../../util/clock.js'
import { deferred, type Deferred } from '../../util/deferred.js'
import { Seconds, type Ms } from '../../util/units.js'
import { withDeadline } from '../../util/with-deadline.js'
import type { ProbeReport, Runner, RunnerSpec, RunResult } from '../ports/inference.js'
import { parseReply, type CallName, type ReplyMessage, type RunnerCalls } from './calls.js'
import type { MessagePort } from './message-port.js'

export interface RemoteRunnerOptions {
  readonly port: MessagePort
  readonly clock: Clock
  /** Ends the process or worker at once, whatever it is doing. Harmless when it has ended. */
  readonly kill: () => void | Promise<void>
  readonly deadlines?: { readonly load: Ms; readonly call: Ms }
}

const defaultDeadlines = { load: Seconds(120), call: Seconds(30) }

/**
 * Has the other side of `port` load a model, and stands for it from then on.
 *
 * @throws DeploymentError `probe-failed` with the reason; InferenceError. The other side is ended.
 */
export async function startRemoteRunner(
  spec: RunnerSpec,
  options: RemoteRunnerOptions,
): Promise<Runner> {
  const runner = new RemoteRunner(spec, options)
  try {
    await runner.load(spec)
    return runner
  } catch (error) {
    await runner[Symbol.asyncDispose]()
    throw error
  }
}

class RemoteRunner implements Runner {
  readonly digest: string
  provider = ''
  readonly #options: RemoteRunnerOptions
  readonly #waiting = new Map<number, Deferred<unknown>>()
  readonly #exitListeners: ((reason: string) => void)[] = []
  #nextCall = 1
  #gone: string | undefined
  #disposed = false

  constructor(spec: RunnerSpec, options: RemoteRunnerOptions) {
    this.digest = spec.digest
    this.#options = options
    options.port.onMessage((message) => this.#settle(parseReply(message)))
    options.port.onClose((reason) => this.#close(reason))
  }

  async load(spec: RunnerSpec): Promise<void> {
    this.provider = (await this.#call('load', spec)).provider
  }

  probe(samples: readonly GoldenSample[]): Promise<ProbeReport> {
    return this.#call('probe', { samples })
  }

  run(inputs: Tensors): Promise<RunResult> {
    return this.#call('run', { inputs })
  }

  feedback(id: string, label: Label): Promise<boolean> {
    return this.#call('feedback', { id, label })
  }

  takeWindow(now: number): Promise<TelemetryWindow | undefined> {
    return this.#call('takeWindow', { now })
  }

  takeOpenPredictions(): Promise<OpenPrediction[]> {
    return this.#call('takeOpenPredictions', {})
  }

  onExit(listener: (reason: string) => void): void {
    if (this.#gone !== undefined && !this.#disposed) listener(this.#gone)
    else this.#exitListeners.push(listener)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true
    await this.#options.kill()
    this.#close('it was ended')
  }

  async #call<Name extends CallName>(
    call: Name,
    args: RunnerCalls[Name]['args'],
  ): Promise<RunnerCalls[Name]['result']> {
    if (this.#gone !== undefined) throw ended(this.#gone)
    const id = this.#nextCall++
    const reply = deferred<unknown>()
    this.#waiting.set(id, reply)
    this.#options.port.post({ kind: 'call', id, call, args })
    try {
      return (await this.#beforeDeadline(call, reply.promise)) as RunnerCalls[Name]['result']
    } finally {
      this.#waiting.delete(id)
    }
  }

  async #beforeDeadline(call: CallName, reply: Promise<unknown>): Promise<unknown> {
    const deadlines = this.#options.deadlines ?? defaultDeadlines
    const within = call === 'load' || call === 'probe' ? deadlines.load : deadlines.call
    let late = false
    try {
      return await withDeadline(reply, {
        clock: this.#options.clock,
        within,
        error: () => {
          late = true
          return new InferenceError('inference-timeout', `the model did not answer in ${within} ms`)
        },
      })
    } finally {
      // ONNX Runtime cannot be stopped inside its process, so a late model costs the runner its life.
      if (late) await this.#options.kill()
    }
  }

  #settle(reply: ReplyMessage): void {
    const waiting = this.#waiting.get(reply.id)
    if (reply.kind === 'result') waiting?.resolve(reply.result)
    else waiting?.reject(revive(reply))
  }

  #close(reason: string): void {
    if (this.#gone !== undefined) return
    this.#gone = reason
    for (const { reject } of this.#waiting.values()) reject(ended(reason))
    if (this.#disposed) return
    for (const listener of this.#exitListeners) listener(reason)
  }
}

const ended = (reason: string) =>
  new InferenceError('runner-crashed', `the process that runs the model has ended: ${reason}`)

/** An error as the class it had on the other side. */
function revive({ code, message }: Extract<ReplyMessage, { kind: 'error' }>): KedgeError {
  if (code === 'tensor-mismatch') return new TensorError(message)
  if (code === 'probe-failed' || code === 'golden-mismatch')
    return new DeploymentError(code, message)
  if (code === 'inference-failed') return new InferenceError(code, message)
  return new KedgeError(code, message)
}
