import fc from 'fast-check'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import type { Dataset } from '@kedge/shared/training/dataset'
import type { DenseArchitecture } from '@kedge/shared/training/dense-architecture'
import { exportInference } from '@kedge/shared/training/export-inference'
import { floatsOf, openSession } from '@kedge/shared/training/ort'
import { trainModel } from '@kedge/shared/training/train-model'
import type { TrainedModel, TrainingOptions } from '@kedge/shared/training/training-request'
import { seededEntropy } from '@kedge/shared/util/entropy'

const xorNet: DenseArchitecture = {
  features: 2,
  hidden: [{ units: 8, activation: 'Tanh' }],
  head: { kind: 'classes', count: 2 },
}

function xorRows(count: number, seed: number): Dataset {
  const entropy = seededEntropy(seed)
  const features = Float32Array.from({ length: count * 2 }, () => entropy.random() * 200 - 100)
  const targets = BigInt64Array.from({ length: count }, (_, i) => {
    return features[2 * i]! > 0 === features[2 * i + 1]! > 0 ? 0n : 1n
  })
  return { count, features, targets }
}

const options: TrainingOptions = { epochs: 40, batchSize: 32, learningRate: 0.02 }

const trainXor = (changes: Partial<TrainingOptions> = {}, seed = 1) =>
  trainModel({
    architecture: xorNet,
    data: xorRows(600, 7),
    options: { ...options, ...changes },
    ort,
    entropy: seededEntropy(seed),
  })

const exported = (trained: TrainedModel) =>
  exportInference(trained, { name: 'net', input: 'rows', output: 'scores' })

async function infer(model: Uint8Array, rows: Dataset): Promise<Float32Array> {
  const session = await openSession(ort, model)
  const width = rows.features.length / rows.count
  const feeds = { rows: new ort.Tensor('float32', rows.features, [rows.count, width]) }
  const scores = floatsOf(await session.run(feeds), 'scores')
  await session.release()
  return scores
}

async function accuracy(model: Uint8Array, rows: Dataset): Promise<number> {
  const scores = await infer(model, rows)
  const hits = Array.from(rows.targets as BigInt64Array, (label, row) => {
    return Number(scores[2 * row + 1]! > scores[2 * row]!) === Number(label)
  })
  return hits.filter(Boolean).length / rows.count
}

describe('training', () => {
  it('learns exclusive or, with either optimiser', async () => {
    const test = xorRows(500, 8)
    const byAdam = await trainXor()
    const bySgd = await trainXor({
      learningRate: 0.1,
      optimiser: { kind: 'sgd', momentum: 0.9 },
    })
    expect(await accuracy(exported(byAdam), test)).toBeGreaterThan(0.95)
    expect(await accuracy(exported(bySgd), test)).toBeGreaterThan(0.95)
  })

  it.each(['squared-error', 'absolute-error'] as const)('fits a line by %s', async (loss) => {
    const features = Float32Array.from({ length: 400 }, (_, i) => i / 10)
    const targets = features.map((x) => 3 - 0.5 * x)
    const architecture = {
      features: 1,
      hidden: [],
      head: { kind: 'values', count: 1, loss },
    } as const
    const trained = await trainModel({
      architecture,
      data: { count: 400, features, targets },
      options: { epochs: 80, batchSize: 32, learningRate: 0.1, annealing: true },
      ort,
      entropy: seededEntropy(3),
    })
    const rows = { count: 2, features: Float32Array.of(4, 30), targets: new Float32Array(2) }
    const [a, b] = await infer(exported(trained), rows)
    expect(a).toBeCloseTo(1, 0.5)
    expect(b).toBeCloseTo(-12, 0.5)
  })

  it('gives the same bytes for the same seed and others for another', async () => {
    const [first, again, other] = [
      exported(await trainXor({ epochs: 3 })),
      exported(await trainXor({ epochs: 3 })),
      exported(await trainXor({ epochs: 3 }, 2)),
    ]
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
  })

  it('reports each epoch and ends when the validation loss no longer falls', async () => {
    const epochs: number[] = []
    const trained = await trainModel({
      architecture: xorNet,
      data: xorRows(200, 7),
      options: { epochs: 500, batchSize: 32, learningRate: 0.1, patience: 5 },
      ort,
      entropy: seededEntropy(1),
      onProgress: ({ epoch }) => epochs.push(epoch),
    })
    expect(epochs.length).toBeLessThan(500)
    expect(trained.history.map(({ epoch }) => epoch)).toEqual(epochs)
    const losses = trained.history.map(({ validationLoss }) => validationLoss)
    expect(losses.indexOf(Math.min(...losses))).toBe(epochs.length - 6)
  })

  it('leaves frozen parameters and the normalisation as they were', async () => {
    const from = await trainXor({ epochs: 2 })
    const frozen = ['hidden1.weight', 'hidden1.bias']
    const next = await trainXor({ epochs: 2, from, frozen }, 9)
    expect(next.normalisation).toEqual(from.normalisation)
    for (const name of frozen) expect(next.parameters[name]).toEqual(from.parameters[name])
    expect(next.parameters['head.weight']).not.toEqual(from.parameters['head.weight'])
  })

  it('ends with training-diverged when the loss is not finite', async () => {
    const optimiser = { kind: 'sgd', momentum: 0.9 } as const
    const data = {
      count: 100,
      features: Float32Array.from({ length: 100 }, (_, i) => i),
      targets: Float32Array.from({ length: 100 }, (_, i) => i * i),
    }
    const training = trainModel({
      architecture: {
        features: 1,
        hidden: [{ units: 4, activation: 'Relu' }],
        head: { kind: 'values', count: 1, loss: 'squared-error' },
      },
      data,
      options: { epochs: 50, batchSize: 10, learningRate: 10, optimiser },
      ort,
      entropy: seededEntropy(1),
    })
    await expect(training).rejects.toMatchObject({ code: 'training-diverged' })
  })

  it('stops at the abort signal', async () => {
    const controller = new AbortController()
    const training = trainModel({
      architecture: xorNet,
      data: xorRows(600, 7),
      options: { ...options, epochs: 10_000 },
      ort,
      entropy: seededEntropy(1),
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    })
    await expect(training).rejects.toThrow('enough')
  })

  it('refuses rows that do not fit', async () => {
    const training = trainModel({
      architecture: xorNet,
      data: { count: 3, features: new Float32Array(7), targets: new BigInt64Array(3) },
      options,
      ort,
      entropy: seededEntropy(1),
    })
    await expect(training).rejects.toMatchObject({ code: 'usage' })
  })
})

describe('exported networks', () => {
  const activations = fc.constantFrom('Relu' as const, 'Tanh' as const, 'Sigmoid' as const)
  const hidden = fc.array(
    fc.record({ units: fc.integer({ min: 1, max: 5 }), activation: activations }),
    { maxLength: 2 },
  )

  it('take batches of any size and give probabilities', async () => {
    await fc.assert(
      fc.asyncProperty(hidden, fc.integer({ min: 1, max: 9 }), async (layers, batch) => {
        const architecture = { ...xorNet, hidden: layers }
        const trained = await trainModel({
          architecture,
          data: xorRows(20, 7),
          options: { epochs: 1, batchSize: 7, learningRate: 0.01 },
          ort,
          entropy: seededEntropy(1),
        })
        const scores = await infer(exported(trained), xorRows(batch, 3))
        expect(scores.length).toBe(batch * 2)
        for (let row = 0; row < batch; row++) {
          expect(scores[2 * row]! + scores[2 * row + 1]!).toBeCloseTo(1, 5)
        }
      }),
      { numRuns: 8, seed: 1 },
    )
  })
})
