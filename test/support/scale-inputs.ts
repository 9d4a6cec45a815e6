import type { Tensors } from '@kedge/shared/model/tensor'

export const vector = (...values: number[]) => ({
  dtype: 'float32' as const,
  shape: [1, values.length],
  data: Float32Array.from(values),
})

/** Four numbers in; the model answers each times its factor. */
export const inputs: Tensors = { x: vector(1, 2, 3, 4) }
