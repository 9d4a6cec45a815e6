import { InvariantError, UsageError } from '../errors/kedge-error.js'
import type { Entropy } from '../util/entropy.js'
import type { DenseArchitecture } from './dense-architecture.js'

/** Rows to train on or to test with. */
export interface Dataset {
  readonly count: number
  /** Row by row. */
  readonly features: Float32Array
  /** A class number for each row, or the values of each row one after another. */
  readonly targets: BigInt64Array | Float32Array
}

/** @throws UsageError when rows, features and targets do not fit the architecture */
export function checkDataset(data: Dataset, { features, head }: DenseArchitecture): void {
  const wanted = head.kind === 'classes' ? data.count : data.count * head.count
  const isInteger = data.targets instanceof BigInt64Array
  if (data.count < 2 || data.features.length !== data.count * features) {
    throw new UsageError(
      'usage',
      `${data.features.length} numbers are not two or more rows of ${features} features`,
    )
  }
  if (data.targets.length !== wanted || isInteger !== (head.kind === 'classes')) {
    throw new UsageError('usage', `${data.count} rows need ${wanted} targets (${head.kind})`)
  }
}

/** The rows at `indices`, in their order. */
export function takeRows(data: Dataset, indices: ArrayLike<number>): Dataset {
  const width = data.features.length / data.count
  const targetWidth = data.targets.length / data.count
  const count = indices.length
  const features = new Float32Array(count * width)
  const targets =
    data.targets instanceof BigInt64Array
      ? new BigInt64Array(count)
      : new Float32Array(count * targetWidth)
  for (let row = 0; row < count; row++) {
    const from = indices[row] ?? 0
    features.set(data.features.subarray(from * width, (from + 1) * width), row * width)
    copyTarget(data.targets, targets, { from, row, width: targetWidth })
  }
  return { count, features, targets }
}

function copyTarget(
  source: Dataset['targets'],
  into: Dataset['targets'],
  { from, row, width }: { from: number; row: number; width: number },
): void {
  if (source instanceof BigInt64Array && into instanceof BigInt64Array) {
    into[row] = source[from] ?? 0n
  } else if (source instanceof Float32Array && into instanceof Float32Array) {
    into.set(source.subarray(from * width, (from + 1) * width), row * width)
  } else {
    throw new InvariantError('targets of different kinds')
  }
}

/** The numbers below `count` in an order of chance: Fisher and Yates, as in Knuth's algorithm P. */
export function shuffledIndices(count: number, entropy: Entropy): Uint32Array {
  const indices = Uint32Array.from({ length: count }, (_, i) => i)
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(entropy.random() * (last + 1))
    const kept = indices[last] ?? 0
    indices[last] = indices[other] ?? 0
    indices[other] = kept
  }
  return indices
}
