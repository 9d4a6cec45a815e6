import { once } from 'node:events'
import { hash } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import * as ort from 'onnxruntime-node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOnnxEngine } from '@kedge/shared/adapters/onnx-engine'
import type { InferenceHost, Runner } from '@kedge/shared/device/ports/inference'
import { loadRunner } from '@kedge/shared/device/steps/load-runner'
import type { StepContext } from '@kedge/shared/device/steps/step-context'
import { releaseCodec, type ReleaseRef } from '@kedge/shared/model/release'
import { createDataFolder, type DataLayout } from '../../edge-agent/src/files/data-layout.js'
import { DiskModelStore } from '../../edge-agent/src/models/disk-model-store.js'
import { scaleModel, scaleSpec } from '../e2e/pages/tiny-release.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const races = 10_000
const digestOf = (bytes: Uint8Array) => hash('sha256', bytes, 'hex')

/** The engine port with the real ONNX Runtime behind it: notes what it was given, before and after. */
class WatchedInference implements InferenceHost {
  readonly providers = ['cpu']
  readonly engine = { name: 'onnxruntime-node', version: ort.env.versions.common }
  readonly digests = new Map<string, number>()
  readonly #engine = createOnnxEngine(ort)

  async start({ model }: { readonly model: Uint8Array }): Promise<Runner> {
    this.#note(model)
    const session = await this.#engine.load(model, this.providers)
    this.#note(model)
    await session.release()
    return {} as Runner
  }

  #note(model: Uint8Array): void {
    const digest = digestOf(model)
    this.digests.set(digest, (this.digests.get(digest) ?? 0) + 1)
  }
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let layout: DataLayout
let models: DiskModelStore
beforeEach(async () => {
  folder = await temporaryFolder()
  layout = await createDataFolder(folder.path)
  models = await DiskModelStore.open(layout)
})
afterEach(async () => {
  await models[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

/** A release in the store; its model is `y = 2 x`. */
async function install(): Promise<{ ref: ReleaseRef; files: Record<string, Uint8Array> }> {
  const { spec } = await scaleSpec(2)
  const model = digestOf(spec.model)
  const file = { ...spec.release.files[0]!, sha256: model, length: spec.model.length }
  const { golden: _none, ...kept } = spec.release
  const release = releaseCodec.encode({ ...kept, files: [file] })
  const sha256 = digestOf(release)
  await models.putFile(model, spec.model)
  await models.putFile(sha256, release)
  const { model: name, version } = spec.release
  const ref = { model: name, version, sha256, length: release.length }
  return { ref, files: { [model]: spec.model, [sha256]: release } }
}

/** A thread that swaps the files for as long as the result is not disposed. */
function swapFiles(files: Record<string, Uint8Array>): AsyncDisposable {
  const stop = new SharedArrayBuffer(4)
  const swaps = Object.entries(files).map(([sha256, good]) => {
    const evil = good.length > 400 ? Uint8Array.from(good) : scaleModel(3)
    evil[evil.length >> 1]! ^= 1
    return { path: path.join(layout.models, sha256), good, evil }
  })
  const worker = new Worker(path.join(import.meta.dirname, 'swap-files.worker.mjs'), {
    workerData: { files: swaps, stop },
  })
  const ended = once(worker, 'exit')
  return {
    async [Symbol.asyncDispose]() {
      Atomics.store(new Int32Array(stop), 0, 1)
      await ended
    },
  }
}

function restore(files: Record<string, Uint8Array>): void {
  for (const [sha256, good] of Object.entries(files)) {
    const file = path.join(layout.models, sha256)
    writeFileSync(`${file}.good`, good)
    renameSync(`${file}.good`, file)
  }
}

describe('S9: files that are swapped between their verification and their use', () => {
  it(`never reach ONNX Runtime in ${races} races`, { timeout: 300_000 }, async () => {
    const { ref, files } = await install()
    const inference = new WatchedInference()
    const context = { host: { models, inference } } as unknown as StepContext
    const outcomes = new Map<string, number>()
    const count = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    {
      await using _swapping = swapFiles(files)
      for (let race = 0; race < races; race++) {
        await loadRunner(ref, context).then(
          () => count('loaded'),
          (error: { code: string }) => {
            count(error.code)
            restore(files)
          },
        )
      }
    }
    const [model] = Object.keys(files)
    expect([...inference.digests.keys()]).toEqual([model])
    // The race was one: some were read while they were right, and some while they were not.
    expect(new Set(outcomes.keys())).toEqual(
      new Set(['loaded', 'storage-corrupt', 'storage-failed']),
    )
    restore(files)
    await expect(loadRunner(ref, context)).resolves.toBeDefined()
    console.info(`${races} races: ${JSON.stringify(Object.fromEntries(outcomes))}`)
  })
})
