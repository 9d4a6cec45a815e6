import { InferenceError } from '@kedge/shared/errors/device-error'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { modelNameSchema } from '@kedge/shared/util/scalars'
import type { Model } from './model-handle.js'
import { PageLife, type PageOptions } from './page-life.js'
import type { ModelVersion, RuntimeEvents, RuntimeState } from './runtime-events.js'
import { SessionSlot } from './session-slot.js'
import { versionOf } from './snapshot.js'

/** This browser as a device of a fleet. */
export interface Runtime extends AsyncDisposable {
  readonly state: RuntimeState

  /**
   * Resolves when a verified version of the model is ready, which may take as long as the fleet wants.
   *
   * @throws UsageError on a name that cannot be one; the signal's reason
   */
  model(name: string, options?: { readonly signal?: AbortSignal }): Promise<Model>

  /** Calls back with every change from now on; the result ends that. */
  on<Name extends keyof RuntimeEvents>(
    name: Name,
    listener: (value: RuntimeEvents[Name]) => void,
  ): () => void

  /** Counts what was measured, lets go of the connection and ends all workers. */
  close(): Promise<void>
}

/** What an application holds; everything behind it may come and go. */
export class PageRuntime implements Runtime {
  readonly #slot = new SessionSlot()
  readonly #life: PageLife
  readonly #closing = new AbortController()

  constructor(options: PageOptions) {
    this.#life = new PageLife(options, this.#slot)
  }

  start(): void {
    this.#life.start()
  }

  get state(): RuntimeState {
    return this.#slot.snapshot.state
  }

  async model(name: string, options: { readonly signal?: AbortSignal } = {}): Promise<Model> {
    if (!modelNameSchema.safeParse(name).success) {
      throw new UsageError('usage', `${JSON.stringify(name)} cannot be the name of a model`)
    }
    const closing = this.#closing.signal
    await this.#ready(name, options.signal ? AbortSignal.any([options.signal, closing]) : closing)
    return this.#handle(name)
  }

  on<Name extends keyof RuntimeEvents>(
    name: Name,
    listener: (value: RuntimeEvents[Name]) => void,
  ): () => void {
    return this.#slot.hub.on(name, listener)
  }

  close(): Promise<void> {
    this.#closing.abort(new UsageError('usage', 'the runtime is closed'))
    return this.#life.stop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #ready(name: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error)
      if (this.#version(name)) return resolve()
      const onAbort = () => {
        unwatch()
        reject(signal.reason as Error)
      }
      const unwatch = this.on('version', ({ model }) => {
        if (model !== name) return
        unwatch()
        signal.removeEventListener('abort', onAbort)
        resolve()
      })
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }

  #version(name: string): ModelVersion | undefined {
    const { session, inference } = this.#slot
    return session && versionOf(name, session.device, inference)
  }

  #handle(name: string): Model {
    const versionNow = () => this.#version(name)
    const device = () => {
      const { session } = this.#slot
      if (session) return session.device
      throw notReady(name)
    }
    return {
      name,
      get version() {
        const version = versionNow()
        if (version) return version
        throw notReady(name)
      },
      run: async (inputs) => device().run(name, inputs),
      feedback: (id, label) => this.#slot.feedback(name, id, label),
    }
  }
}

const notReady = (name: string) =>
  new InferenceError('model-not-ready', `no version of ${name} is ready in this browser`)
