import { UsageError } from '../../errors/kedge-error.js'
import type { TensorSpec } from '../tensor.js'
import type { Fragment } from './fragment.js'
import { resizePicture } from './resize-picture.js'
import {
  castTo,
  expectExtent,
  expectOpset,
  feed,
  mismatch,
  type StepTarget,
} from './step-target.js'
import type { ImageStep } from './wrap-steps.js'

/** Red, green and blue in the lightness of Rec. ITU-R BT.601. */
const greyWeights = Float32Array.of(0.299, 0.587, 0.114)

/**
 * From uint8 `[height, width, channels]` to what an image model takes. Of more than three channels
 * the rest is left out, so that the pixels of a canvas can be passed as they are; of fewer, the first
 * is the grey of all.
 *
 * @throws UsageError where the model's input is not one for pictures
 */
export function addImageStep(step: ImageStep, target: StepTarget): readonly TensorSpec[] {
  const { fragment } = target
  const size = readSize(step, target.input)
  const [height, width] = size
  const name = target.freshName(step.name, 'image')
  const chw = toPlanes(step, target, name)
  const resized =
    step.fit === 'none'
      ? chw
      : resizePicture(fragment, chw, { height, width, fit: step.fit, fill: step.fill })
  feed(target, toLayout(step, target, { value: normalise(step, target, resized), size }))
  if (step.fit === 'none') return [{ name, dtype: 'uint8', shape: [height, width, 'channels'] }]
  expectOpset(target, 9, 'scaling pictures (without it: fit none)')
  return [{ name, dtype: 'uint8', shape: ['height', 'width', 'channels'] }]
}

const channelCount = ({ channels }: ImageStep) => (channels === 'grey' ? 1 : 3)

function readSize(step: ImageStep, input: TensorSpec): readonly [number, number] {
  const rank = input.shape.length
  if (rank !== 3 && rank !== 4) throw mismatch(input, 'is not one for pictures')
  if (rank === 4) expectExtent(input, 0, 1)
  const [channels, height, width] = step.layout === 'nchw' ? [-3, -2, -1] : [-1, -3, -2]
  expectExtent(input, channels, channelCount(step))
  const size = [height, width].map((dimension, i) => {
    const extent = input.shape.at(dimension)
    if (step.size) expectExtent(input, dimension, step.size[i]!)
    return step.size?.[i] ?? extent
  })
  const [rows, columns] = size
  if (typeof rows !== 'number' || typeof columns !== 'number') {
    throw mismatch(input, 'takes pictures of any size; say which to give it ("size")')
  }
  return [rows, columns]
}

/** `[channels, height, width]` of float32, 0 to 255. */
function toPlanes(step: ImageStep, { fragment }: StepTarget, image: string): string {
  const order = fragment.int64s(step.channels === 'bgr' ? [2, 1, 0] : [0, 1, 2])
  const chosen = fragment.node('Mul', [order, isColoured(fragment, image)])
  const pixels = castTo(fragment, fragment.node('Gather', [image, chosen], { axis: 2 }), 'float32')
  const coloured =
    step.channels === 'grey'
      ? fragment.node('MatMul', [pixels, fragment.floats(greyWeights, [3, 1])])
      : pixels
  return fragment.node('Transpose', [coloured], { perm: [2, 0, 1] })
}

/** 1 where there are three channels or more, else 0: then the first stands for all. */
function isColoured(fragment: Fragment, image: string): string {
  const shape = fragment.node('Shape', [image])
  const channels = castTo(
    fragment,
    fragment.node('Gather', [shape, fragment.int64s([2])]),
    'float32',
  )
  return castTo(fragment, fragment.node('Greater', [channels, fragment.float(2)]), 'int64')
}

/** `(x / scale - mean) / std` of each channel, as one product and one sum. */
function normalise(step: ImageStep, { fragment }: StepTarget, value: string): string {
  const channels = channelCount(step)
  const std = perChannel(step.std, channels)
  const mean = perChannel(step.mean, channels)
  const factors = Float32Array.from(std, (one) => 1 / (step.scale * one))
  const shifts = Float32Array.from(std, (one, i) => -mean[i]! / one)
  const scaled = fragment.node('Mul', [value, fragment.floats(factors, [channels, 1, 1])])
  if (shifts.every((shift) => shift === 0)) return scaled
  return fragment.node('Add', [scaled, fragment.floats(shifts, [channels, 1, 1])])
}

function perChannel(values: readonly number[], channels: number): readonly number[] {
  if (values.length === channels) return values
  if (values.length === 1) return Array.from({ length: channels }, () => values[0]!)
  throw new UsageError(
    'usage',
    `mean and std must have one value, or one for each of ${channels} channels`,
  )
}

function toLayout(
  step: ImageStep,
  { fragment, input }: StepTarget,
  { value, size }: { value: string; size: readonly number[] },
): string {
  const nchw = step.layout === 'nchw'
  const ordered = nchw ? value : fragment.node('Transpose', [value], { perm: [1, 2, 0] })
  const extents = nchw ? [channelCount(step), ...size] : [...size, channelCount(step)]
  const shape = input.shape.length === 4 ? [1, ...extents] : extents
  return fragment.node('Reshape', [ordered, fragment.int64s(shape)])
}
