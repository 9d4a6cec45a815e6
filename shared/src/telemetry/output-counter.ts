import type { Tensor } from '../model/tensor.js'
import { addValue, type Moments } from './moments.js'
import { fromHalf } from '../model/half.js'

/** Of a large output only so many elements a run count, evenly spread: a picture has millions. */
const maxElements = 64

/** Adds the elements of one output of so many runs to its moments; strings have none. */
export function countOutput(moments: Moments, tensor: Tensor, runs: number): void {
  const { data, dtype } = tensor
  const stride = Math.max(1, Math.floor(data.length / runs / maxElements))
  for (let i = 0; i < data.length; i += stride) {
    const value = data[i]
    if (typeof value === 'number') addValue(moments, dtype === 'float16' ? fromHalf(value) : value)
    else if (typeof value === 'bigint') addValue(moments, Number(value))
  }
}
