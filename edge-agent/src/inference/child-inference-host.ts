import { mkdir, readdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { z } from 'zod'
import type { DeviceLog } from '@kedge/shared/device/ports/host'
import type { InferenceHost, Runner, RunnerSpec } from '@kedge/shared/device/ports/inference'
import {
  startRemoteRunner,
  type RemoteRunnerOptions,
} from '@kedge/shared/device/runner/remote-runner'
import type { Clock } from '@kedge/shared/util/clock'
import { toStorageError } from '../files/storage-faults.js'
import { startRunnerProcess } from './runner-process.js'

export interface ChildInferenceHostOptions {
  /** Becomes the runners' working directory; whatever is in it is removed. */
  readonly folder: string
  readonly clock: Clock
  readonly log: DeviceLog
  readonly deadlines?: RemoteRunnerOptions['deadlines']
}

/** One child process for each version of a model. */
export class ChildInferenceHost implements InferenceHost {
  // ONNX Runtime's Node package also bundles webgpu, which most devices cannot start.
  readonly providers = ['cpu']
  readonly engine = { name: 'onnxruntime-node', version: engineVersion() }
  readonly #options: ChildInferenceHostOptions

  constructor(options: ChildInferenceHostOptions) {
    this.#options = options
  }

  async start(spec: RunnerSpec): Promise<Runner> {
    const { folder, clock, log, deadlines } = this.#options
    await emptyFolder(folder)
    const name = `${spec.release.model}@${spec.release.version}`
    const { port, kill } = startRunnerProcess({
      folder,
      providers: this.providers,
      onLine: (line) => log.warn('runner wrote to its standard error', { model: name, line }),
    })
    return startRemoteRunner(spec, { port, kill, clock, ...(deadlines && { deadlines }) })
  }
}

async function emptyFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o500 })
    for (const name of await readdir(folder)) {
      await rm(path.join(folder, name), { recursive: true, force: true })
    }
  } catch (cause) {
    throw toStorageError(cause, { doing: `empty the runners' folder ${folder}` })
  }
}

/** Read from its package: the supervisor never loads ONNX Runtime itself. */
function engineVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('onnxruntime-node/package.json')
  return z.object({ version: z.string() }).parse(manifest).version
}
