import { castTo } from './step-target.js'
import type { Fragment } from './fragment.js'

export interface Resize {
  readonly height: number
  readonly width: number
  readonly fit: 'stretch' | 'cover' | 'contain'
  /** For the border that `contain` leaves, in the unit of the pixels. */
  readonly fill: number
}

/** One dimension of a picture. */
interface Axis {
  /** Its extent: as int64 `[1]`, and as a float32 scalar. */
  readonly extent: string
  readonly length: string
  readonly target: number
}

/**
 * Scales `[channels, height, width]`, of any size, to a fixed one: two products with matrices of
 * triangular weights, as wide as the picture shrinks, so that nothing is skipped (the bilinear filter
 * of Pillow). Resize of ONNX does so from opset 18 only, and has had four forms before.
 */
export function resizePicture(fragment: Fragment, picture: string, resize: Resize): string {
  const [rows, columns] = [
    readAxis(fragment, picture, { dimension: 1, target: resize.height }),
    readAxis(fragment, picture, { dimension: 2, target: resize.width }),
  ]
  const scales = chooseScales(fragment, [rows, columns], resize.fit)
  const vertical = weigh(fragment, rows, { scale: scales[0], fit: resize.fit })
  const horizontal = weigh(fragment, columns, { scale: scales[1], fit: resize.fit })
  const narrowed = fragment.node('MatMul', [picture, transpose(fragment, horizontal.weights)])
  const resized = fragment.node('MatMul', [vertical.weights, narrowed])
  if (vertical.inside === undefined || horizontal.inside === undefined) return resized
  const across = transpose(fragment, horizontal.inside)
  const inside = fragment.node('Mul', [vertical.inside, across])
  const outside = fragment.node('Sub', [fragment.float(1), inside])
  return fragment.node('Add', [
    resized,
    fragment.node('Mul', [outside, fragment.float(resize.fill)]),
  ])
}

const transpose = (fragment: Fragment, matrix: string) =>
  fragment.node('Transpose', [matrix], { perm: [1, 0] })

function readAxis(
  fragment: Fragment,
  picture: string,
  { dimension, target }: { dimension: number; target: number },
): Axis {
  const shape = fragment.node('Shape', [picture])
  const extent = fragment.node('Gather', [shape, fragment.int64s([dimension])])
  const length = fragment.node('Reshape', [
    castTo(fragment, extent, 'float32'),
    fragment.int64s([]),
  ])
  return { extent, length, target }
}

/** Pixels of the picture to one of the result, down and across. */
function chooseScales(
  fragment: Fragment,
  axes: readonly [Axis, Axis],
  fit: Resize['fit'],
): readonly [string, string] {
  const [down, across] = axes.map(({ length, target }) =>
    fragment.node('Div', [length, fragment.float(target)]),
  ) as [string, string]
  if (fit === 'stretch') return [down, across]
  const both = fragment.node(fit === 'cover' ? 'Min' : 'Max', [down, across])
  return [both, both]
}

/** Weights `[target, extent]`; with `contain` also 1 for what lies in the picture, `[target, 1]`. */
function weigh(
  fragment: Fragment,
  { extent, length, target }: Axis,
  { scale, fit }: { scale: string; fit: Resize['fit'] },
): { weights: string; inside: string | undefined } {
  const half = fragment.float(0.5)
  const ones = fragment.node('ConstantOfShape', [extent], {
    value: { tensor: { dtype: 'float32', shape: [1], data: Float32Array.of(1) } },
  })
  const index = castTo(fragment, fragment.node('NonZero', [ones]), 'float32')
  // Of each pixel of the result: its centre, from the middle of the picture outwards.
  const offsets = Float32Array.from({ length: target }, (_, i) => i + 0.5 - target / 2)
  const fromMiddle = fragment.node('Mul', [fragment.floats(offsets, [target, 1]), scale])
  const halfLength = fragment.node('Mul', [length, half])
  const middle = fragment.node('Sub', [halfLength, half])
  const centre = fragment.node('Add', [fromMiddle, middle])
  const distance = fragment.node('Abs', [fragment.node('Sub', [index, centre])])
  const share = fragment.node('Div', [distance, atLeastOne(fragment, scale)])
  const weights = fragment.node('Relu', [fragment.node('Sub', [fragment.float(1), share])])
  const column = fragment.node('Reshape', [ones, fragment.int64s([-1, 1])])
  const sum = fragment.node('MatMul', [weights, column])
  if (fit !== 'contain') return { weights: fragment.node('Div', [weights, sum]), inside: undefined }
  const beyond = fragment.node('Greater', [fragment.node('Abs', [fromMiddle]), halfLength])
  const outside = castTo(fragment, beyond, 'float32')
  const inside = fragment.node('Sub', [fragment.float(1), outside])
  // Outside, where the sum can be 0, nothing is left to divide.
  const shares = fragment.node('Div', [weights, fragment.node('Add', [sum, outside])])
  return { weights: fragment.node('Mul', [shares, inside]), inside }
}

/** Max of a scalar and 1. */
const atLeastOne = (fragment: Fragment, value: string): string => {
  const one = fragment.float(1)
  const above = fragment.node('Relu', [fragment.node('Sub', [value, one])])
  return fragment.node('Add', [above, one])
}
