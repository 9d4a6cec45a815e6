import { InvariantError } from '../errors/kedge-error.js'

/** The parts of ONNX Runtime that training uses: onnxruntime-node and -web both have them. */
export interface Ort {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: OrtSessionOptions): Promise<OrtSession>
  }
  readonly Tensor: {
    new (type: 'float32', data: Float32Array, dims: readonly number[]): OrtTensor
    new (type: 'int64', data: BigInt64Array, dims: readonly number[]): OrtTensor
  }
}

export interface OrtSessionOptions {
  readonly intraOpNumThreads: number
  readonly interOpNumThreads: number
}

export interface OrtSession {
  run(feeds: OrtTensors): Promise<OrtTensors>
  release(): Promise<void>
}

export interface OrtTensor {
  readonly type: string
  readonly dims: readonly number[]
  readonly data: unknown
}

export type OrtTensors = Readonly<Record<string, OrtTensor>>

/** One thread: the graphs are small, and spinning threads would only burn power. */
export const openSession = (ort: Ort, model: Uint8Array): Promise<OrtSession> =>
  ort.InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 })

/** The float32 elements of the tensor called `name`. */
export function floatsOf(tensors: OrtTensors, name: string): Float32Array {
  const data = tensors[name]?.data
  if (!(data instanceof Float32Array)) throw new InvariantError(`${name} is not a float32 tensor`)
  return data
}
