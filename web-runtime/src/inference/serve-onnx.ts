import { createOnnxEngine, type OrtLibrary } from '@kedge/shared/adapters/onnx-engine'
import type { MessagePort } from '@kedge/shared/device/runner/message-port'
import { serveRunner } from '@kedge/shared/device/runner/serve-runner'
import { workerSettingsSchema, type WorkerSettings } from './worker-settings.js'

/** The part of onnxruntime-web that a worker sets up and uses. */
export interface WebOrt extends OrtLibrary {
  readonly env: {
    logLevel?: string
    readonly wasm: { numThreads?: number; wasmPaths?: unknown }
  }
}

/**
 * The life of an inference worker: takes its settings, then answers a supervisor's calls until it is
 * terminated.
 */
export function serveOnnx(ort: WebOrt, provider: 'wasm' | 'webgpu'): void {
  // onnxruntime-web starts its threads as further workers of this same script, by that name.
  if (self.name.startsWith('em-pthread')) return
  const onSettings = (event: MessageEvent<unknown>) => {
    removeEventListener('message', onSettings)
    configure(ort, workerSettingsSchema.parse(event.data))
    serveRunner(ownPort(), { engine: createOnnxEngine(ort), providers: [provider] })
  }
  addEventListener('message', onSettings)
}

function configure(ort: WebOrt, { threads, wasmUrl }: WorkerSettings): void {
  ort.env.logLevel = 'error'
  ort.env.wasm.numThreads = threads
  if (wasmUrl !== undefined) ort.env.wasm.wasmPaths = { wasm: wasmUrl }
}

const ownPort = (): MessagePort => ({
  post(message, transfer = []) {
    self.postMessage(message, { transfer: [...transfer] })
  },
  onMessage(listener) {
    addEventListener('message', (event) => listener(event.data))
  },
  onClose() {
    // A worker is terminated from outside and lives to see nothing of it.
  },
})
