import { formatBytes } from '@kedge/shared/util/units'
import type { ModelVersion } from '@kedge/web-runtime'
import { byId, make } from './page-elements.js'

const engineNames: Readonly<Record<string, string>> = { wasm: 'WebAssembly', webgpu: 'WebGPU' }

/** The small print: which version answers, on what, how fast. */
export class FactsView {
  readonly #list = byId('facts')
  #version: ModelVersion | undefined
  #latencyUs: number | undefined
  #device: string | undefined

  version(version: ModelVersion): void {
    this.#version = version
    this.#paint()
  }

  latency(microseconds: number): void {
    this.#latencyUs = microseconds
    this.#paint()
  }

  device(id: string | undefined): void {
    this.#device = id
    this.#paint()
  }

  #paint(): void {
    const version = this.#version
    this.#list.replaceChildren(
      fact('Version', version?.version),
      fact('Engine', version && (engineNames[version.engine] ?? version.engine)),
      fact('Latency', this.#latencyUs === undefined ? undefined : formatLatency(this.#latencyUs)),
      fact('Model size', version && formatBytes(modelBytes(version))),
      fact('This device', this.#device, 'wide'),
      fact('Release', version?.digest.slice(0, 12), 'wide'),
    )
  }
}

const fact = (name: string, value: string | undefined, className = '') =>
  make('div', className, make('dt', '', name), make('dd', '', value ?? '–'))

/** Browsers round their clocks to 0.1 ms, so less than that is all that can be said. */
const formatLatency = (microseconds: number) =>
  microseconds < 100 ? '< 0.1 ms' : `${(microseconds / 1000).toFixed(1)} ms`

const modelBytes = ({ release }: ModelVersion) =>
  release.files.filter(({ role }) => role === 'model').reduce((sum, { length }) => sum + length, 0)
