import type { DeviceLog } from '@kedge/shared/device/ports/host'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { checkDocument } from '@kedge/shared/model/document-codec'
import { labelsSchema, type Labels } from '@kedge/shared/util/scalars'
import type { EngineName } from './inference/engine-choice.js'
import { PageRuntime, type Runtime } from './page/page-runtime.js'
import { requireSecurePage } from './page/secure-page.js'

export interface RuntimeOptions {
  /** Address of the fleet server. Default: the server this page comes from. */
  readonly server?: string
  /**
   * Where the server does not trust this page's origin: asks the page's own backend for a token, which
   * that gets from `POST /api/v1/browser-sessions`. Called for each session, about once an hour.
   */
  readonly session?: () => string | Promise<string>
  /** Facts an operator selects this device by, such as `{ app: 'checkout' }`. */
  readonly labels?: Labels
  /** `auto` takes WebGPU for models made for it, where there is an adapter. Default `auto`. */
  readonly engine?: 'auto' | EngineName
  /**
   * Threads that WebAssembly may use, on pages that are isolated from other origins; 1 elsewhere.
   * Default 1: more pay for models of several milliseconds.
   */
  readonly threads?: number
  /**
   * Where the WebAssembly files of onnxruntime-web lie. Bundlers that know `new URL(…, import.meta.url)`,
   * Vite among them, find them by themselves.
   */
  readonly wasmUrls?: Partial<Record<EngineName, string>>
  /** Hears what the runtime does; by default warnings go to the console. */
  readonly log?: DeviceLog
}

/**
 * Makes this browser a device of the fleet. Resolves at once; models follow when they have arrived and
 * are verified, from the network or from what the browser has kept.
 *
 * @throws UsageError on a page without cryptography (plain http under a name that is not localhost)
 */
// Not async in itself, but what it does must be free to become so.
// eslint-disable-next-line @typescript-eslint/require-await
export async function createRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  requireSecurePage()
  const { session } = options
  const runtime = new PageRuntime({
    grant: session && (async () => session()),
    server: originOf(options.server ?? location.origin),
    labels: checkDocument(labelsSchema, options.labels ?? {}),
    engine: options.engine ?? 'auto',
    threads: options.threads ?? 1,
    wasmUrls: options.wasmUrls ?? {},
    log: options.log ?? consoleLog,
  })
  runtime.start()
  return runtime
}

function originOf(server: string): string {
  try {
    return new URL(server, location.href).origin
  } catch (cause) {
    throw new UsageError('usage', `${JSON.stringify(server)} is not the address of a server`, {
      cause,
    })
  }
}

const consoleLog: DeviceLog = {
  info: () => undefined,
  warn: (message, facts) => console.warn(`kedge: ${message}`, facts),
}
