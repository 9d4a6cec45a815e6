import * as ort from 'onnxruntime-node'
import { beforeAll, describe, expect, it } from 'vitest'
import { trainGestureRecogniser } from '@kedge/shared/demo/gesture/train-gesture-recogniser'
import { trainLoadForecaster } from '@kedge/shared/demo/load-forecaster/train-load-forecaster'
import type { TrainedDemo } from '@kedge/shared/demo/trained-demo'
import { admitModel } from '@kedge/shared/model/onnx/admission'
import { readOnnx } from '@kedge/shared/model/onnx/onnx-reader'
import { referenceProfileCodec } from '@kedge/shared/telemetry/reference-profile'
import { floatsOf } from '@kedge/shared/training/ort'

/** The largest distance between golden outputs and those of a session opened as a device does. */
async function largestDifference({ model, golden }: TrainedDemo): Promise<number> {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1 })
  let largest = 0
  for (const { inputs, outputs } of golden) {
    const feeds = Object.entries(inputs).map(([name, { data, shape }]) => {
      return [name, new ort.Tensor('float32', data as Float32Array, shape)] as const
    })
    const results = await session.run(Object.fromEntries(feeds))
    for (const [name, { data }] of Object.entries(outputs)) {
      const scores = floatsOf(results, name)
      expect(scores).toHaveLength(data.length)
      scores.forEach((score, i) => {
        largest = Math.max(largest, Math.abs(score - Number(data[i])))
      })
    }
  }
  await session.release()
  return largest
}

const tensorsOf = (model: Uint8Array): Map<string, string> =>
  new Map(
    readOnnx(model).initializers.map(({ name, payload }) => {
      const { offset, length } = payload ?? { offset: 0, length: 0 }
      return [name, Buffer.from(model.subarray(offset, offset + length)).toString('base64')]
    }),
  )

describe('load forecaster', () => {
  let demo: TrainedDemo
  beforeAll(async () => {
    demo = await trainLoadForecaster(ort)
  })

  it('beats the prediction that the load stays as it is, on hosts of another kind', () => {
    const { mae, persistence_mae, ...right } = demo.metrics
    expect(mae).toBeLessThan(0.93 * persistence_mae!)
    expect(right['right_within_0_1']).toBeGreaterThan(right['persistence_right_within_0_1']!)
  })

  it('is a model that devices take, with golden samples that hold', async () => {
    const { inputs, outputs } = admitModel(demo.model)
    expect(inputs).toMatchObject([{ name: 'features', shape: ['batch', 51] }])
    expect(outputs).toMatchObject([{ name: 'cpu_in_one_minute', shape: ['batch', 1] }])
    expect(demo.golden.length).toBeGreaterThanOrEqual(5)
    expect(demo.profile.inputs['features']).toHaveLength(51)
    expect(() => referenceProfileCodec.encode(demo.profile)).not.toThrow()
    expect(await largestDifference(demo)).toBeLessThan(demo.tolerance.absolute)
  })
})

describe('gesture recogniser', () => {
  let demo: TrainedDemo
  beforeAll(async () => {
    demo = await trainGestureRecogniser(ort)
  })

  it('names 97 % of the strokes of another generator, and 93 % of each gesture', () => {
    const { accuracy, ...each } = demo.metrics
    expect(accuracy).toBeGreaterThanOrEqual(0.97)
    for (const label of demo.prediction.kind === 'classes' ? demo.prediction.labels! : []) {
      expect(each[`accuracy_${label}`], label).toBeGreaterThan(0.93)
    }
  })

  it('is a small model that devices take, with golden samples that hold', async () => {
    const { inputs, outputs } = admitModel(demo.model, { allowContribOps: false })
    expect(inputs).toMatchObject([{ name: 'stroke', shape: ['batch', 64] }])
    expect(outputs).toMatchObject([{ name: 'probabilities', shape: ['batch', 10] }])
    expect(demo.model.length).toBeLessThan(100_000)
    expect(await largestDifference(demo)).toBeLessThan(demo.tolerance.absolute)
  })

  it('has a next version that differs in its last layer only', async () => {
    const next = await trainGestureRecogniser(ort, { from: demo.model, seed: 2 })
    const [before, after] = [tensorsOf(demo.model), tensorsOf(next.model)]
    const changed = [...after].filter(([name, data]) => before.get(name) !== data)
    expect(changed.map(([name]) => name)).toEqual(['head.weight', 'head.bias'])
    expect(next.metrics['accuracy']).toBeGreaterThanOrEqual(0.97)
  })
})
