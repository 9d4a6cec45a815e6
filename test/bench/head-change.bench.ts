import { decodeChunkIndex } from '@kedge/shared/delivery/chunk-index'
import { planTransfer } from '@kedge/shared/delivery/transfer-plan'
import {
  packageRelease,
  type PackagedRelease,
} from '../../fleet-server/src/models/package-release.js'
import type { Bench, Row } from './harness/bench.js'
import { idleShare } from './harness/cpu.js'
import { buildDenseModel } from './models/dense-model.js'

const layers = [1024, 2048, 1408, 256, 10]
const atMost = 0.003

/** Bytes a device with one version fetches for the next: chunks, their index and the release. */
export const bench: Bench = {
  goal: 'G4a',
  async *run(report) {
    const idle = idleShare()
    report('cutting three versions of a 21 MB model')
    const before = await release('1.0.0', 1, 'one')
    const head = await release('1.1.0', 2, 'one')
    const shifted = await release('1.2.0', 2, 'longer by twenty-one bytes')
    yield toRow('last layer changed, 21 MB', transfer(before, head), idle())
    yield toRow('the same and longer metadata', transfer(before, shifted), idle())
  },
}

function release(version: string, headSeed: number, note: string): Promise<PackagedRelease> {
  const model = buildDenseModel({ layers, headSeed, metadata: { note } })
  return packageRelease(model, { name: 'bench', version, createdAt: 0 })
}

function transfer(from: PackagedRelease, to: PackagedRelease): readonly [number, number] {
  const file = to.release.files[0]!
  const index = to.blobs.get(file.index)!
  const { bytes } = planTransfer(decodeChunkIndex(index), new Set(from.blobs.keys()))
  return [file.length, bytes + index.length + to.ref.length]
}

function toRow(what: string, [whole, sent]: readonly [number, number], idle: number): Row {
  const ratio = sent / whole
  return {
    what,
    baseline: `${whole.toLocaleString('en')} B`,
    ours: `${sent.toLocaleString('en')} B`,
    ratio,
    target: { atMost },
    spread: [ratio, ratio],
    idle,
  }
}
