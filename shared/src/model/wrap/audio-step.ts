import { UsageError } from '../../errors/kedge-error.js'
import type { TensorSpec } from '../tensor.js'
import { binCount, fourierKernels, melFilters, waveformKernels, windowOf } from './spectrum.js'
import {
  castTo,
  expectExtent,
  expectOpset,
  feed,
  mismatch,
  type StepTarget,
} from './step-target.js'
import type { AudioStep } from './wrap-steps.js'

/** Keeps the logarithm of silence finite. */
const silence = 1e-6

/**
 * From samples to frames of them, or of their spectrum. Frames are cut, weighed and transformed by
 * one convolution, an operator whose form has not changed since the first opset.
 *
 * @throws UsageError where the frames are not what the model takes
 */
export function addAudioStep(step: AudioStep, target: StepTarget): readonly TensorSpec[] {
  const { fragment, input } = target
  const width = widthOf(step)
  const framesFirst = step.order === 'frames-first'
  const rank = input.shape.length
  if (rank < 2 || rank > 4) throw mismatch(input, 'is not one for frames of sound')
  for (let i = 0; i < rank - 2; i++) expectExtent(input, i, 1)
  expectExtent(input, framesFirst ? -1 : -2, width)
  const name = target.freshName(step.name, 'samples')
  const features = addFeatures(step, target, toSignal(step, target, name))
  const ordered = framesFirst
    ? fragment.node('Transpose', [features], { perm: [0, 2, 1] })
    : features
  const shape = [...Array<number>(rank - 2).fill(1), ...(framesFirst ? [-1, width] : [width, -1])]
  feed(target, fragment.node('Reshape', [ordered, fragment.int64s(shape)]))
  return [{ name, dtype: step.dtype, shape: ['samples'] }]
}

function widthOf({ features, frame, mel }: AudioStep): number {
  if (features === 'waveform') return frame
  if (features !== 'log-mel') return binCount(frame)
  if (!mel)
    throw new UsageError('usage', 'log-mel needs "mel": how many bands, and the sample rate')
  return mel.bands
}

/** `[1, 1, samples]`, from -1 to 1; a sound shorter than a frame ends in silence. */
function toSignal(step: AudioStep, target: StepTarget, name: string): string {
  const { fragment } = target
  const samples =
    step.dtype === 'float32'
      ? name
      : fragment.node('Div', [castTo(fragment, name, 'float32'), fragment.float(32768)])
  expectOpset(target, 9, 'filling up a short sound')
  const missing = fragment.node('Relu', [
    fragment.node('Sub', [
      fragment.float(step.frame),
      castTo(fragment, fragment.node('Shape', [samples]), 'float32'),
    ]),
  ])
  const silent = fragment.node('ConstantOfShape', [castTo(fragment, missing, 'int64')])
  const filled = fragment.node('Concat', [samples, silent], { axis: 0 })
  return fragment.node('Reshape', [filled, fragment.int64s([1, 1, -1])])
}

/** `[1, features, frames]` */
function addFeatures(step: AudioStep, { fragment }: StepTarget, signal: string): string {
  const window = windowOf(step.window, step.frame)
  const convolve = (kernels: Float32Array) =>
    fragment.node(
      'Conv',
      [signal, fragment.floats(kernels, [kernels.length / step.frame, 1, step.frame])],
      { kernel_shape: [step.frame], strides: [step.hop] },
    )
  if (step.features === 'waveform') return convolve(waveformKernels(window))
  const squares = (['real', 'imaginary'] as const).map((part) => {
    const value = convolve(fourierKernels(window, part))
    return fragment.node('Mul', [value, value])
  })
  const power = fragment.node('Add', squares)
  if (step.features === 'magnitude') return fragment.node('Sqrt', [power])
  if (step.features === 'power' || !step.mel) return power
  const { bands, sampleRate, lowest, highest = sampleRate / 2 } = step.mel
  const filters = melFilters({ bands, sampleRate, lowest, highest }, step.frame)
  const shape = [bands, binCount(step.frame)]
  const energy = fragment.node('MatMul', [fragment.floats(filters, shape), power])
  return fragment.node('Log', [fragment.node('Add', [energy, fragment.float(silence)])])
}
