import type { Tensors } from '@kedge/shared/model/tensor'

/** What the child is asked: to load a model and to run it on each input. */
export interface CheckRequest {
  readonly model: Uint8Array
  readonly inputs: readonly Tensors[]
  /** Names of the outputs to ask for. */
  readonly outputs: readonly string[]
}

/** Its answer: the outputs, one set an input, or what ONNX Runtime says is wrong. */
export type CheckAnswer =
  | { readonly outputs: readonly Tensors[] }
  | { readonly refused: 'load' | 'run'; readonly reason: string }
