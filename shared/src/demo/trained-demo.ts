import type { GoldenSample } from '../model/golden-samples.js'
import type { Prediction, Tolerance } from '../model/release.js'
import type { ReferenceProfile } from '../telemetry/reference-profile.js'

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
  /** What the rows it was trained on look like. */
  readonly profile: ReferenceProfile
}

/** Wide enough for other processors and for WebAssembly, which differ in the last digits. */
export const demoTolerance: Tolerance = { absolute: 1e-3, relative: 1e-3 }
