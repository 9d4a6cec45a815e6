import type { Release } from '../model/release.js'
import type { Tensors } from '../model/tensor.js'
import type { Label } from '../telemetry/score.js'
import type { InferenceService } from './inference-service.js'
import type { RunResult } from './ports/inference.js'

/** The version of a model that answers now. */
export interface ServedVersion {
  readonly release: Release
  readonly digest: string
  readonly provider: string
  readonly since: number
}

/** The device's calls that a model goes through. */
export interface ModelCalls {
  run(name: string, inputs: Tensors): Promise<RunResult>
  feedback(name: string, id: string, label: Label): Promise<boolean>
  onChange(listener: () => void): () => void
}

/** What an application holds: it stays the same object while versions come and go behind it. */
export class DeviceModel {
  readonly #device: ModelCalls
  readonly #service: InferenceService

  constructor(
    readonly name: string,
    device: ModelCalls,
    service: InferenceService,
  ) {
    this.#device = device
    this.#service = service
  }

  /** Undefined until a verified version is ready. */
  get version(): ServedVersion | undefined {
    const serving = this.#service.serving(this.name)
    if (!serving) return undefined
    const { release, ref, runner, since } = serving
    return { release, digest: ref.sha256, provider: runner.provider, since }
  }

  /** Resolves when a verified version is ready; rejects with the signal's reason. */
  async ready(signal?: AbortSignal): Promise<ServedVersion> {
    signal?.throwIfAborted()
    const now = this.version
    if (now) return now
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        unwatch()
        const reason = signal?.reason as Error
        reject(reason)
      }
      const unwatch = this.#device.onChange(() => {
        const version = this.version
        if (!version) return
        unwatch()
        signal?.removeEventListener('abort', onAbort)
        resolve(version)
      })
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  /**
   * Runs the current version.
   *
   * @param inputs by name, each with its dtype, shape and row-major elements
   * @throws TensorError naming the tensor and both shapes; InferenceError
   */
  run(inputs: Tensors): Promise<RunResult> {
    return this.#device.run(this.name, inputs)
  }

  /** Says what was true for an earlier prediction. False when nobody remembers it any more. */
  feedback(id: string, label: Label): Promise<boolean> {
    return this.#device.feedback(this.name, id, label)
  }
}
