import { describe, expect, it } from 'vitest'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { Prediction } from '@kedge/shared/model/release'
import type { Tensor } from '@kedge/shared/model/tensor'
import { Recorder } from '@kedge/shared/telemetry/recorder'
import { windowSchema } from '@kedge/shared/telemetry/window'
import { digestOf, sampleRelease } from '../../../support/sample-release.js'

const floats = (shape: number[], ...data: number[]): Tensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(data),
})

const input = { x: floats([1, 4], 0, 0, 0, 0) }
const run = { latencyUs: 100, at: 1_000 }

function recorderOf(prediction?: Prediction, tag = 'tag') {
  const { prediction: _default, ...release } = sampleRelease()
  return new Recorder({
    release: prediction ? { ...release, prediction } : release,
    digest: digestOf('e'),
    provider: 'cpu',
    tag,
    startedAt: 1_000,
  })
}

const classes: Prediction = {
  kind: 'classes',
  output: 'y',
  labels: ['circle', 'line', 'star'],
}
const value: Prediction = { kind: 'value', output: 'y' }

describe('recorder', () => {
  it('says nothing of a time in which nothing happened', () => {
    const recorder = recorderOf(classes)
    expect(recorder.takeWindow(2_000)).toBeUndefined()
    recorder.record(input, { y: floats([1, 3], 0, 1, 0) }, run)
    expect(recorder.takeWindow(3_000)).toMatchObject({ from: 2_000, to: 3_000, count: 1 })
    expect(recorder.takeWindow(4_000)).toBeUndefined()
  })

  it('counts each run in one window', () => {
    const recorder = recorderOf(classes)
    const totals = { count: 0, latency: 0, line: 0, outputs: 0, errors: 0 }
    for (let i = 1; i <= 1_000; i++) {
      recorder.record(input, { y: floats([1, 3], 0, i % 2, 0.5) }, run)
      if (i % 7 === 0) recorder.recordError('inference-failed')
      if (i % 13 !== 0 && i < 1_000) continue
      const window = windowSchema.parse(recorder.takeWindow(1_000 + i))
      totals.count += window.count
      totals.latency += window.latency[1]!
      totals.outputs += window.outputs['y']!.count
      totals.errors += window.errors['inference-failed'] ?? 0
      const at = window.classes!.findIndex((one, place) => place % 2 === 0 && one === 1)
      totals.line += at < 0 ? 0 : window.classes![at + 1]!
    }
    expect(totals).toEqual({ count: 1_000, latency: 1_000, line: 500, outputs: 3_000, errors: 142 })
  })

  it('names every prediction, and none twice', () => {
    const recorders = [recorderOf(classes, 'a'), recorderOf(value, 'b'), recorderOf(undefined, 'c')]
    const ids = recorders.flatMap((recorder) =>
      Array.from({ length: 100 }, () => recorder.record(input, { y: floats([1], 1) }, run)),
    )
    expect(new Set(ids).size).toBe(300)
  })

  it('takes a label once, by name or number', () => {
    const recorder = recorderOf(classes)
    const first = recorder.record(input, { y: floats([1, 3], 0, 1, 0) }, run)
    const second = recorder.record(input, { y: floats([1, 3], 0, 0, 1) }, run)
    expect(recorder.feedback(first, 'line')).toBe(true)
    expect(recorder.feedback(first, 'line')).toBe(false)
    expect(recorder.feedback(second, 0)).toBe(true)
    expect(recorder.takeWindow(2_000)!.score).toEqual({ kind: 'classes', count: 2, correct: 1 })
  })

  it('lets a label that is none be corrected', () => {
    const recorder = recorderOf(classes)
    const id = recorder.record(input, { y: floats([1, 3], 0, 1, 0) }, run)
    expect(() => recorder.feedback(id, 'square')).toThrow(UsageError)
    expect(recorder.feedback(id, 'line')).toBe(true)
  })

  it('knows nothing of predictions that are not its own, whatever their labels', () => {
    const recorder = recorderOf(classes)
    for (const id of ['', '-', 'tag', 'tag-', 'tag-0', 'tag-1', 'tag--1', 'tag-NaN', 'other-1']) {
      expect(recorder.feedback(id, 'line')).toBe(false)
      // Another version, whose prediction it is, may have classes that this one has not.
      expect(recorder.feedback(id, 'square')).toBe(false)
    }
  })

  it('adds a label to the window in which it came', () => {
    const recorder = recorderOf(value)
    const id = recorder.record(input, { y: floats([1, 1], 2) }, run)
    expect(recorder.takeWindow(2_000)).not.toHaveProperty('score')
    recorder.feedback(id, 5)
    expect(recorder.takeWindow(3_000)).toMatchObject({
      count: 0,
      score: { kind: 'value', count: 1, sumAbsolute: 3, sumSquared: 9 },
    })
  })

  it('hands its open predictions on, oldest first', () => {
    const recorder = recorderOf(classes)
    const ids = [0, 1, 2].map((at) =>
      recorder.record(input, { y: floats([1, 3], 0, 1, 0) }, { latencyUs: 1, at }),
    )
    recorder.feedback(ids[1]!, 'line')
    expect(recorder.takeOpenPredictions()).toEqual([
      { id: ids[0], at: 0, predicted: 1 },
      { id: ids[2], at: 2, predicted: 1 },
    ])
    expect(recorder.feedback(ids[0]!, 'line')).toBe(false)
  })

  it('counts each row of a batch, which then cannot be labelled as one', () => {
    const recorder = recorderOf(classes)
    const id = recorder.record(input, { y: floats([2, 3], 0, 1, 0, 5, 1, 0) }, run)
    expect(recorder.feedback(id, 'line')).toBe(false)
    expect(recorder.takeWindow(2_000)!.classes).toEqual([1, 1, 0, 1])
  })

  it('counts outputs that are no numbers apart, and predicts nothing from them', () => {
    const recorder = recorderOf(classes)
    const id = recorder.record(input, { y: floats([1, 3], NaN, NaN, NaN) }, run)
    expect(recorder.feedback(id, 'circle')).toBe(false)
    const window = windowSchema.parse(recorder.takeWindow(2_000))
    expect(window.outputs['y']).toMatchObject({ count: 0, nonFinite: 3 })
    expect(window).not.toHaveProperty('classes')
  })

  it.each([NaN, Infinity, -Infinity])('does not compare a predicted %d with a label', (output) => {
    const recorder = recorderOf(value)
    const id = recorder.record(input, { y: floats([1], output) }, run)
    expect(recorder.feedback(id, 1)).toBe(false)
    expect(windowSchema.safeParse(recorder.takeWindow(2_000)).success).toBe(true)
  })

  it('makes a window that can be sent, however many classes a model has', () => {
    const recorder = recorderOf({ kind: 'classes', output: 'y' })
    const count = 12_000
    for (let winner = 0; winner < count; winner++) {
      const data = new Uint8Array(count)
      data[winner] = 1
      recorder.record(input, { y: { dtype: 'uint8', shape: [1, count], data } }, run)
    }
    expect(windowSchema.safeParse(recorder.takeWindow(2_000)).success).toBe(true)
  })

  it('keeps its windows in order when the clock goes back', () => {
    const recorder = recorderOf()
    recorder.recordError('inference-failed')
    expect(recorder.takeWindow(500)).toMatchObject({ from: 1_000, to: 1_000 })
    recorder.recordError('inference-failed')
    expect(recorder.takeWindow(700)).toMatchObject({ from: 500, to: 700 })
  })

  it('passes over outputs that did not come, and strings', () => {
    const recorder = recorderOf(classes)
    recorder.record(input, {}, run)
    recorder.record(input, { y: { dtype: 'string', shape: [1], data: ['a'] } }, run)
    expect(recorder.takeWindow(2_000)!.outputs['y']).toMatchObject({ count: 0, nonFinite: 0 })
  })
})
