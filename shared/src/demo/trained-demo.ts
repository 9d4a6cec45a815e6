import type { GoldenSample } from '../model/golden-samples.js'
import type { Prediction, Tolerance } from '../model/release.js'

/** A demo model and what its release says about it. */
export interface TrainedDemo {
  /** The name it is published under. */
  readonly name: string
  readonly model: Uint8Array
  readonly prediction: Prediction
  readonly golden: readonly GoldenSample[]
  readonly tolerance: Tolerance
  /** Measured on rows from the test generator, which the model has not seen. */
  readonly metrics: Readonly<Record<string, number>>
  readonly reference: ReferenceRows
}

/** Input rows a reference profile can be made from. */
export interface ReferenceRows {
  readonly input: string
  readonly featureNames: readonly string[]
  /** Row by row. */
  readonly rows: Float32Array
}

/** Wide enough for other processors and for WebAssembly, which differ in the last digits. */
export const demoTolerance: Tolerance = { absolute: 1e-3, relative: 1e-3 }
