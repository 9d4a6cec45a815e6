import type { Engine, EngineSession } from '../device/runner/engine.js'
import { DeploymentError, InferenceError } from '../errors/device-error.js'
import type { DType, Tensor, TensorData, Tensors, TensorSpec } from '../model/tensor.js'
import { dtypes } from '../model/tensor.js'

/** A tensor of onnxruntime-common. */
export interface OrtTensor {
  readonly type: string
  readonly dims: readonly number[]
  readonly data: unknown
}

interface OrtValueMetadata {
  readonly name: string
  readonly isTensor: boolean
  readonly type?: string
  readonly shape?: readonly (number | string)[]
}

interface OrtSession {
  readonly inputMetadata: readonly OrtValueMetadata[]
  readonly outputMetadata: readonly OrtValueMetadata[]
  run(feeds: Record<string, never>): Promise<Record<string, OrtTensor>>
  run(feeds: Record<string, never>, fetches: readonly string[]): Promise<Record<string, OrtTensor>>
  release(): Promise<void>
}

/** The part of onnxruntime-node and onnxruntime-web that an engine uses. */
export interface OrtLibrary {
  readonly InferenceSession: {
    create(model: Uint8Array, options: Record<string, unknown>): Promise<OrtSession>
  }
  readonly Tensor: new (type: never, data: never, dims: readonly number[]) => OrtTensor
}

/**
 * One thread that does not spin: the default pool burns fifteen times the CPU at fifty inferences a
 * second, on a device that has other things to do.
 */
const sessionOptions = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 }

/** Runs models on the ONNX Runtime that is handed in. */
export const createOnnxEngine = (ort: OrtLibrary): Engine => ({
  async load(model, providers) {
    const reasons: string[] = []
    for (const provider of providers) {
      try {
        const options = { ...sessionOptions, executionProviders: [provider] }
        return toEngineSession(ort, await ort.InferenceSession.create(model, options), provider)
      } catch (error) {
        reasons.push(`${provider}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    throw new DeploymentError(
      'probe-failed',
      `ONNX Runtime does not load it (${reasons.join('; ')})`,
    )
  },
})

function toEngineSession(ort: OrtLibrary, session: OrtSession, provider: string): EngineSession {
  const inputs = session.inputMetadata.map(toSpec)
  // An output that is no tensor cannot be read by ONNX Runtime's JavaScript, so it is not asked for.
  const tensors = session.outputMetadata.filter(({ isTensor }) => isTensor)
  const outputs = tensors.map(toSpec)
  const fetches = outputs.map(({ name }) => name)
  // Names cost ONNX Runtime a look-up each, so they are given only where some output is left out.
  const chosen = fetches.length === session.outputMetadata.length ? undefined : fetches
  const runOrt = (feeds: Record<string, never>) =>
    chosen ? session.run(feeds, chosen) : session.run(feeds)
  return {
    provider,
    inputs,
    outputs,
    run: (tensors, done, failed) =>
      runOrt(toFeeds(ort, inputs, tensors)).then(
        (results) => done(fromOrt(results, fetches)),
        (cause: unknown) => {
          const reason = cause instanceof Error ? cause.message : String(cause)
          const error = new InferenceError('inference-failed', `ONNX Runtime: ${reason}`, { cause })
          failed?.(error)
          throw error
        },
      ),
    release: () => session.release(),
  }
}

function toFeeds(
  ort: OrtLibrary,
  inputs: readonly TensorSpec[],
  tensors: Tensors,
): Record<string, never> {
  const feeds: Record<string, OrtTensor> = {}
  for (const { name } of inputs) {
    const tensor = tensors[name]!
    feeds[name] = new ort.Tensor(tensor.dtype as never, tensor.data as never, tensor.shape)
  }
  return feeds as Record<string, never>
}

function fromOrt(results: Record<string, OrtTensor>, names: readonly string[]): Tensors {
  const tensors: Record<string, Tensor> = {}
  for (const name of names) {
    const { type, dims, data } = results[name]!
    tensors[name] = { dtype: type as DType, shape: dims, data: toElements(type, data) }
  }
  return tensors
}

/** float16 as its bits: where there is a Float16Array, ONNX Runtime for the web gives that instead. */
function toElements(type: string, data: unknown): TensorData {
  if (type !== 'float16' || data instanceof Uint16Array) return data as TensorData
  const { buffer, byteOffset, length } = data as Uint16Array
  return new Uint16Array(buffer, byteOffset, length)
}

function toSpec(metadata: OrtValueMetadata): TensorSpec {
  const { name, type, shape } = metadata
  if (!dtypes.includes(type as DType)) {
    throw new DeploymentError(
      'probe-failed',
      `"${name}" is ${metadata.isTensor ? (type ?? 'of an unknown type') : 'not a tensor'}, which cannot be passed in`,
    )
  }
  return {
    name,
    dtype: type as DType,
    // Symbolic extents have a name, which may be empty; ONNX Runtime gives -1 for some.
    shape: (shape ?? []).map((extent) => (extent === '' || extent === -1 ? null : extent)),
  }
}
