import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { admitModel } from '@kedge/shared/model/onnx/admission'
import { echo, numbers, run, wrap } from './wrapped.js'

/** The same grey value in every channel, by row and column. */
function picture(height: number, width: number, channels = 3): ort.Tensor {
  const data = Uint8Array.from(
    { length: height * width * channels },
    (_, i) =>
      ((Math.floor(i / channels) % width) * 37 + Math.floor(i / channels / width) * 53) % 256,
  )
  return new ort.Tensor('uint8', data, [height, width, channels])
}

const plain = { scale: 1, channels: 'grey' } as const

/** What Pillow 12 gives for `picture(7, 10)` in floating point, BILINEAR. */
const pillow = {
  shrunk: [
    82.4286, 158.7257, 122.5029, 89.5844, 159.7219, 118.6541, 125.7576, 165.4599, 93.4675, 138.6457,
    148.5029, 98.961,
  ],
  grownRow: [
    159.0, 186.75, 217.5833, 141.75, 23.25, 54.0833, 84.9167, 115.75, 146.5833, 177.4167, 208.25,
    236.0,
  ],
  covered: [
    98.8019, 161.9048, 163.127, 60.541, 166.944, 160.5733, 98.08, 116.2, 117.4176, 90.4133, 146.96,
    172.76, 108.6914, 169.9048, 171.127, 74.3314,
  ],
}

const close = (actual: number[], expected: readonly number[]) => {
  expect(actual).toHaveLength(expected.length)
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 2))
}

describe('image step', () => {
  it('shrinks as Pillow does, without skipping pixels', async () => {
    const model = wrap(echo([1, 1, 3, 4]), { inputs: { x: { kind: 'image', ...plain } } })
    const { y } = await run(model, { image: picture(7, 10) })
    expect(y!.dims).toEqual([1, 1, 3, 4])
    close(numbers(y), pillow.shrunk)
  })

  it('grows as Pillow does', async () => {
    const model = wrap(echo([1, 1, 9, 12]), { inputs: { x: { kind: 'image', ...plain } } })
    const { y } = await run(model, { image: picture(7, 10) })
    close(numbers(y).slice(4 * 12, 5 * 12), pillow.grownRow)
  })

  it('covers: the middle of the picture, nothing distorted', async () => {
    const step = { kind: 'image', ...plain, fit: 'cover' }
    const model = wrap(echo([1, 1, 4, 4]), { inputs: { x: step } })
    const { y } = await run(model, { image: picture(7, 10) })
    close(numbers(y), pillow.covered)
  })

  it('contains: the whole picture, with a border of the fill', async () => {
    const step = { kind: 'image', ...plain, fit: 'contain', fill: 9 }
    const model = wrap(echo([1, 1, 8, 8]), { inputs: { x: step } })
    const white = new ort.Tensor('uint8', new Uint8Array(4 * 8 * 3).fill(200), [4, 8, 3])
    const { y } = await run(model, { image: white })
    const rows = Array.from({ length: 8 }, (_, i) => numbers(y).slice(i * 8, i * 8 + 8))
    const [border, inside] = [Array(8).fill(9), Array(8).fill(200)]
    expect(rows).toEqual([border, border, inside, inside, inside, inside, border, border])
  })

  it('takes any size with one model', async () => {
    const model = wrap(echo([1, 1, 2, 2]), { inputs: { x: { kind: 'image', ...plain } } })
    for (const [height, width] of [
      [1, 1],
      [2, 2],
      [480, 640],
      [3, 999],
    ] as const) {
      const grey = new ort.Tensor('uint8', new Uint8Array(height * width * 3).fill(50), [
        height,
        width,
        3,
      ])
      const { y } = await run(model, { image: grey })
      close(numbers(y), [50, 50, 50, 50])
    }
  })

  it.each([
    ['rgb', [1, 2, 3]],
    ['bgr', [3, 2, 1]],
  ] as const)(
    'orders channels %s, and leaves out the alpha of a canvas',
    async (channels, order) => {
      const step = { kind: 'image', channels, scale: 1 }
      const model = wrap(echo([1, 3, 1, 1]), { inputs: { x: step } })
      const pixel = new ort.Tensor('uint8', Uint8Array.of(1, 2, 3, 255), [1, 1, 4])
      expect(numbers((await run(model, { image: pixel })).y)).toEqual(order)
    },
  )

  it('takes the one channel of a grey picture for all three', async () => {
    const model = wrap(echo([1, 3, 1, 1]), { inputs: { x: { kind: 'image', scale: 1 } } })
    const pixel = new ort.Tensor('uint8', Uint8Array.of(7), [1, 1, 1])
    expect(numbers((await run(model, { image: pixel })).y)).toEqual([7, 7, 7])
  })

  it('normalises each channel', async () => {
    const step = { kind: 'image', mean: [0.5, 0, 0.25], std: [0.5, 1, 0.25] }
    const model = wrap(echo([1, 3, 1, 1]), { inputs: { x: step } })
    const pixel = new ort.Tensor('uint8', Uint8Array.of(255, 51, 0), [1, 1, 3])
    expect(numbers((await run(model, { image: pixel })).y)).toEqual([1, 0.2, -1])
  })

  it('gives rows of pixels to models that take channels last', async () => {
    const step = { kind: 'image', layout: 'nhwc', scale: 1 }
    const model = wrap(echo([1, 1, 2, 3]), { inputs: { x: step } })
    const pixels = new ort.Tensor('uint8', Uint8Array.of(1, 2, 3, 4, 5, 6), [1, 2, 3])
    expect(numbers((await run(model, { image: pixels })).y)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('computes float16 for models that take it', async () => {
    const step = { kind: 'image', ...plain }
    const model = wrap(echo([1, 1, 1, 1], 'float16'), { inputs: { x: step } })
    const { y } = await run(model, { image: picture(1, 1) })
    expect(y!.type).toBe('float16')
  })

  it('works with every opset since 9, and without scaling before that', async () => {
    for (const opset of [9, 11, 13, 17, 21]) {
      const model = wrap(echo([1, 1, 3, 4], 'float32', opset), {
        inputs: { x: { kind: 'image', ...plain } },
      })
      close(numbers((await run(model, { image: picture(7, 10) })).y), pillow.shrunk)
    }
    const old = echo([1, 1, 1, 2], 'float32', 7)
    expect(() => wrap(old, { inputs: { x: { kind: 'image', ...plain } } })).toThrow(
      /uses opset 7.*needs 9/,
    )
    const fixed = wrap(old, { inputs: { x: { kind: 'image', ...plain, fit: 'none' } } })
    expect(admitModel(fixed).inputs[0]!.shape).toEqual([1, 2, 'channels'])
    expect(numbers((await run(fixed, { image: picture(1, 2) })).y)).toEqual([0, 37])
  })

  it.each([
    {
      takes: 'a table',
      shape: [1, 4],
      message: /"x" \(float32 \[1, 4\]\) is not one for pictures/,
    },
    { takes: 'five channels', shape: [1, 5, 8, 8], message: /takes 5 where these steps give 3/ },
    { takes: 'batches of eight', shape: [8, 3, 8, 8], message: /takes 8 where these steps give 1/ },
    { takes: 'any size', shape: [1, 3, 'h', 'w'], message: /say which to give it \("size"\)/ },
    {
      takes: 'another size',
      shape: [1, 3, 8, 8],
      more: { size: [9, 8] },
      message: /takes 8 where these steps give 9/,
    },
    {
      takes: 'three channels, for two means',
      shape: [1, 3, 8, 8],
      more: { mean: [0, 1] },
      message: /one for each of 3 channels/,
    },
  ])('refuses a model that takes $takes', ({ shape, more, message }) => {
    const step = { kind: 'image', ...more }
    expect(() => wrap(echo(shape), { inputs: { x: step } })).toThrow(message)
  })
})
