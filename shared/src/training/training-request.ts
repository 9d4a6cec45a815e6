import type { Entropy } from '../util/entropy.js'
import type { Dataset } from './dataset.js'
import type { DenseArchitecture, Parameters } from './dense-architecture.js'
import type { Normalisation } from './normalisation.js'
import type { OptimiserOptions } from './optimisers.js'
import type { Ort } from './ort.js'

export interface TrainingOptions {
  readonly epochs: number
  readonly batchSize: number
  readonly learningRate: number
  /** Adam unless told. */
  readonly optimiser?: OptimiserOptions
  /** Share of the rows that is held back to measure progress; 0.1 unless told. */
  readonly validationShare?: number
  /** Epochs without progress after which training ends; all epochs are run unless told. */
  readonly patience?: number
  /** Whether the rate falls to zero over the epochs, along a cosine; it stays unless told. */
  readonly annealing?: boolean
  /** Names of parameters that keep the value of `from`. */
  readonly frozen?: readonly string[]
  /** What to go on from. Its normalisation stays. */
  readonly from?: TrainedModel
}

export interface EpochReport {
  /** From 1. */
  readonly epoch: number
  /** Mean over the batches, each measured before its update. */
  readonly trainingLoss: number
  readonly validationLoss: number
}

export interface TrainedModel {
  readonly architecture: DenseArchitecture
  /** Of the epoch with the lowest validation loss. */
  readonly parameters: Parameters
  readonly normalisation: Normalisation
  readonly history: readonly EpochReport[]
}

export interface TrainingRequest {
  readonly architecture: DenseArchitecture
  readonly data: Dataset
  readonly options: TrainingOptions
  readonly ort: Ort
  readonly entropy: Entropy
  readonly onProgress?: (report: EpochReport) => void
  readonly signal?: AbortSignal
}
