import type { DeviceLog } from '@kedge/shared/device/ports/host'
import type { InferenceHost, Runner, RunnerSpec } from '@kedge/shared/device/ports/inference'
import {
  startRemoteRunner,
  type RemoteRunnerOptions,
} from '@kedge/shared/device/runner/remote-runner'
import { describeError } from '@kedge/shared/errors/kedge-error'
import type { Clock } from '@kedge/shared/util/clock'
import type { BarredReleases } from './barred-releases.js'
import { chooseEngine, type EngineChoice, type EngineName } from './engine-choice.js'
import { GpuRunner } from './gpu-runner.js'
import { ortVersion } from './ort-version.js'
import { openWorkerChannel } from './worker-channel.js'
import type { WorkerSettings } from './worker-settings.js'

export interface InferenceOptions {
  /** `auto` takes WebGPU for models made for it, where there is an adapter. Default `auto`. */
  readonly engine?: 'auto' | EngineName
  /** Threads that WebAssembly may use where the page is isolated. Default 1. */
  readonly threads?: number
  /** Where the WebAssembly files lie, when they are not beside the built script. */
  readonly wasmUrls?: Partial<Record<EngineName, string>>
  /** How long a model may take to load and to answer before its worker is ended. */
  readonly deadlines?: NonNullable<RemoteRunnerOptions['deadlines']>
  readonly barred: Pick<BarredReleases, 'reason' | 'bar'>
  readonly clock: Clock
  readonly log: DeviceLog
}

/** Runs each version of a model in a worker of its own. */
export async function openInferenceHost(options: InferenceOptions): Promise<WebInferenceHost> {
  const requested = options.engine ?? 'auto'
  const hasAdapter = requested !== 'wasm' && (await findAdapter())
  return new WebInferenceHost(options, hasAdapter)
}

export class WebInferenceHost implements InferenceHost {
  readonly engine = { name: 'onnxruntime-web', version: ortVersion }
  readonly providers: readonly EngineName[]
  readonly #options: InferenceOptions
  readonly #hasAdapter: boolean
  readonly #choices = new Map<string, EngineChoice>()

  constructor(options: InferenceOptions, hasAdapter: boolean) {
    this.#options = options
    this.#hasAdapter = hasAdapter
    this.providers = hasAdapter ? ['webgpu', 'wasm'] : ['wasm']
  }

  /** What runs the release of that digest, and why. */
  choiceFor(digest: string): EngineChoice | undefined {
    return this.#choices.get(digest)
  }

  async start(spec: RunnerSpec): Promise<Runner> {
    const choice = chooseEngine({
      requested: this.#options.engine ?? 'auto',
      madeFor: spec.variant.providers,
      hasAdapter: this.#hasAdapter,
      hasGoldenSamples: spec.release.golden !== undefined,
      barred: await this.#options.barred.reason(spec.digest),
    })
    this.#choose(spec, choice)
    if (choice.engine === 'wasm') return this.#startOn('wasm', spec)
    const fallBack = (why: string) => this.#fallBack(spec, why)
    try {
      // The bytes are copied: WebAssembly needs them if the probe fails.
      return new GpuRunner(await this.#startOn('webgpu', spec), fallBack)
    } catch (error) {
      return fallBack(describeError(error, 'probe-failed').message)
    }
  }

  async #fallBack(spec: RunnerSpec, why: string): Promise<Runner> {
    const reason = `WebGPU will not do: ${why}`
    await this.#options.barred.bar(spec.digest, reason)
    this.#choose(spec, { engine: 'wasm', reason })
    return this.#startOn('wasm', spec)
  }

  #choose(spec: RunnerSpec, choice: EngineChoice): void {
    this.#choices.set(spec.digest, choice)
    const model = `${spec.release.model} ${spec.release.version}`
    this.#options.log.info('engine chosen', { model, ...choice })
  }

  #startOn(engine: EngineName, spec: RunnerSpec): Promise<Runner> {
    const { clock, deadlines } = this.#options
    const worker = startWorker(engine)
    worker.postMessage(this.#settingsFor(engine))
    const moved = engine === 'wasm' ? ownBuffers(spec.model) : []
    const { port, kill } = openWorkerChannel(worker, moved)
    return startRemoteRunner(spec, {
      port,
      clock,
      kill: () => kill('it was ended'),
      ...(deadlines && { deadlines }),
    })
  }

  #settingsFor(engine: EngineName): WorkerSettings {
    const wasmUrl = this.#options.wasmUrls?.[engine]
    const threads = countThreads(this.#options.threads)
    return { kind: 'settings', threads, ...(wasmUrl !== undefined && { wasmUrl }) }
  }
}

// The form `new Worker(new URL(…, import.meta.url))` is what bundlers look for, so it is written out.
const startWorker = (engine: EngineName): Worker =>
  engine === 'wasm'
    ? new Worker(new URL('./wasm.worker.js', import.meta.url), { type: 'module' })
    : new Worker(new URL('./webgpu.worker.js', import.meta.url), { type: 'module' })

/** Threads share memory, which browsers allow only to pages that are isolated from other origins. */
const countThreads = (wanted = 1) =>
  globalThis.crossOriginIsolated ? Math.max(1, Math.min(wanted, navigator.hardwareConcurrency)) : 1

/** The model was read for this runner alone; a view into something larger is copied all the same. */
const ownBuffers = ({ buffer, byteLength }: Uint8Array) =>
  buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : []

async function findAdapter(): Promise<boolean> {
  const gpu = (navigator as { gpu?: { requestAdapter(): Promise<unknown> } }).gpu
  // Some browsers reject instead of saying null.
  const adapter = await gpu?.requestAdapter().catch(() => null)
  return adapter !== null && adapter !== undefined
}
