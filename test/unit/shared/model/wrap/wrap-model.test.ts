import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { GraphBuilder } from '@kedge/shared/model/onnx/graph-builder'
import { readOnnx } from '@kedge/shared/model/onnx/onnx-reader'
import { binCount } from '@kedge/shared/model/wrap/spectrum'
import { echo, numbers, run, wrap } from './wrapped.js'

const strings = (...values: string[]) => new ort.Tensor('string', values, [values.length, 1])
const floats = (...values: number[]) =>
  new ort.Tensor('float32', Float32Array.from(values), [values.length, 1])

describe('columns step', () => {
  const columns = [
    { kind: 'number', name: 'temperature', mean: 20, std: 5, missing: 20 },
    { kind: 'category', name: 'site', values: ['berlin', 'oslo', 'rome'] },
    { kind: 'number', name: 'load' },
  ]

  it.each([9, 11, 13, 18, 21])(
    'scales, fills in and encodes named columns at opset %i',
    async (opset) => {
      const model = wrap(echo(['rows', 5], 'float32', opset), {
        inputs: { x: { kind: 'columns', columns } },
      })
      const { y } = await run(model, {
        temperature: floats(25, Number.NaN, 10),
        site: strings('oslo', 'rome', 'nowhere'),
        load: floats(0.5, 1, 2),
      })
      expect(y!.dims).toEqual([3, 5])
      expect(numbers(y)).toEqual([1, 0, 1, 0, 0.5, 0, 0, 0, 1, 1, -2, 0, 0, 0, 2])
    },
  )

  it('refuses columns that do not add up to what the model takes', () => {
    expect(() => wrap(echo(['rows', 4]), { inputs: { x: { kind: 'columns', columns } } })).toThrow(
      /takes 4 where these steps give 5/,
    )
  })
})

describe('audio step', () => {
  const tone = (hertz: number, length: number) =>
    Float32Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / 16_000))

  it('cuts samples into frames that overlap', async () => {
    const step = { kind: 'audio', frame: 4, hop: 2, window: 'none' }
    const model = wrap(echo([1, 'frames', 4]), { inputs: { x: step } })
    const samples = new ort.Tensor('float32', Float32Array.of(1, 2, 3, 4, 5, 6, 7), [7])
    const { y } = await run(model, { samples })
    expect(y!.dims).toEqual([1, 2, 4])
    expect(numbers(y)).toEqual([1, 2, 3, 4, 3, 4, 5, 6])
  })

  it('has the most energy where the tone is', async () => {
    const step = { kind: 'audio', frame: 512, hop: 128, features: 'magnitude' }
    const model = wrap(echo([1, 'frames', 257]), { inputs: { x: step } })
    const samples = new ort.Tensor('float32', tone(1000, 1024), [1024])
    const { y } = await run(model, { samples })
    expect(y!.dims).toEqual([1, 5, 257])
    const first = numbers(y).slice(0, 257)
    expect(first.indexOf(Math.max(...first))).toBe(32)
    // A tone of amplitude 1 under a Hann window: a quarter of the frame.
    expect(first[32]).toBeCloseTo(128, 1)
  })

  it('scales int16 samples, and orders features first', async () => {
    const step = {
      kind: 'audio',
      dtype: 'int16',
      frame: 2,
      hop: 1,
      window: 'none',
      order: 'features-first',
    }
    const model = wrap(echo([1, 1, 2, 'frames']), { inputs: { x: step } })
    const samples = new ort.Tensor('int16', Int16Array.of(16384, -32768, 0), [3])
    const { y } = await run(model, { samples })
    expect(y!.dims).toEqual([1, 1, 2, 2])
    expect(numbers(y)).toEqual([0.5, -1, -1, 0])
  })

  it('fills a sound that is shorter than a frame with silence', async () => {
    const step = { kind: 'audio', frame: 4, hop: 2, window: 'none' }
    const model = wrap(echo([1, 'frames', 4]), { inputs: { x: step } })
    const samples = new ort.Tensor('float32', Float32Array.of(1, 2), [2])
    expect(numbers((await run(model, { samples })).y)).toEqual([1, 2, 0, 0])
  })

  it('gives log-mel bands that rise with the tone', async () => {
    const mel = { bands: 40, sampleRate: 16_000 }
    const step = { kind: 'audio', frame: 512, hop: 512, features: 'log-mel', mel }
    const model = wrap(echo(['frames', 40]), { inputs: { x: step } })
    const loudest = async (hertz: number) => {
      const samples = new ort.Tensor('float32', tone(hertz, 512), [512])
      const bands = numbers((await run(model, { samples })).y)
      return bands.indexOf(Math.max(...bands))
    }
    expect(binCount(512)).toBe(257)
    const bands = [await loudest(300), await loudest(1000), await loudest(4000)]
    expect(bands).toEqual(bands.toSorted((a, b) => a - b))
    expect(new Set(bands).size).toBe(3)
  })

  it('asks for the scale of log-mel', () => {
    const step = { kind: 'audio', frame: 4, hop: 2, features: 'log-mel' }
    expect(() => wrap(echo([1, 4]), { inputs: { x: step } })).toThrow(/log-mel needs "mel"/)
  })
})

describe('label step', () => {
  const names = ['cat', 'dog', 'eel']

  it.each([9, 13, 18])(
    'names the best class and how sure the model is, at opset %i',
    async (opset) => {
      const model = wrap(echo(['rows', 3], 'float32', opset), { labels: { names, softmax: true } })
      const x = new ort.Tensor('float32', Float32Array.of(0, 0, Math.log(2), 5, 5, 99), [2, 3])
      const { label, confidence, y } = await run(model, { x })
      expect(label!.data).toEqual(['eel', 'eel'])
      expect(numbers(confidence)).toEqual([0.5, 1])
      expect(y!.dims).toEqual([2, 3])
    },
  )

  it('refuses another number of names than of scores', () => {
    expect(() => wrap(echo([1, 4]), { labels: { names } })).toThrow(/has 4 scores.*3 names/)
  })
})

describe('wrapped model', () => {
  const image = { kind: 'image' }

  it('keeps every byte of the tensors that it had', () => {
    const graph = new GraphBuilder('g')
    const x = graph.input('x', 'float32', [1, 3, 2, 2])
    const data = Float32Array.from({ length: 12 }, (_, i) => i / 7)
    const weights = graph.initializer('w', { dtype: 'float32', shape: [1, 3, 2, 2], data })
    graph.output(graph.node('Mul', [x, weights]), {
      name: 'y',
      dtype: 'float32',
      shape: [1, 3, 2, 2],
    })
    const model = graph.toModel({ metadata: { author: 'me' } })
    const wrapped = wrap(model, { inputs: { x: image } })
    const payload = (bytes: Uint8Array) => {
      const { offset, length } = readOnnx(bytes).initializers.find((t) => t.name === 'w')!.payload!
      return bytes.slice(offset, offset + length)
    }
    expect(payload(wrapped)).toEqual(payload(model))
    expect(readOnnx(wrapped).metadata.get('author')).toBe('me')
    expect(wrap(model, { inputs: { x: image } })).toEqual(wrapped)
  })

  it('can be wrapped again, and says what was put around it', async () => {
    const once = wrap(echo([1, 3, 1, 1]), { inputs: { x: { ...image, scale: 1 } } })
    const twice = wrap(once, { labels: { names: ['r', 'g', 'b'] } })
    const pixel = new ort.Tensor('uint8', Uint8Array.of(1, 9, 3), [1, 1, 3])
    expect((await run(twice, { image: pixel })).label!.data).toEqual(['g'])
    const history = readOnnx(twice).metadata.get('kedge.wrap')!.split('\n')
    expect(history.map((line) => Object.keys(JSON.parse(line) as object))).toEqual([
      ['inputs'],
      ['inputs', 'labels'],
    ])
  })

  it('finds another name where the model has a value of the usual one', async () => {
    const graph = new GraphBuilder('g')
    const x = graph.input('image', 'float32', [1, 3, 1, 1])
    graph.output(x, { name: 'y', dtype: 'float32', shape: [1, 3, 1, 1] })
    const model = wrap(graph.toModel(), { inputs: { image: { ...image, scale: 1 } } })
    const pixel = new ort.Tensor('uint8', Uint8Array.of(1, 2, 3), [1, 1, 3])
    expect(numbers((await run(model, { raw_image: pixel })).y)).toEqual([1, 2, 3])
    const named = { inputs: { image: { ...image, name: 'y' } } }
    expect(() => wrap(graph.toModel(), named)).toThrow(/a value called "y" already/)
  })

  it('names the inputs that there are when it is given another', () => {
    expect(() => wrap(echo([1, 3, 1, 1]), { inputs: { z: image } })).toThrow(
      /no input "z"; it takes "x"/,
    )
    expect(() => wrap(echo([1, 3, 1, 1]), {})).toThrow(/nothing to put around/)
  })
})
