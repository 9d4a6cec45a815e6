import { exportInference } from '../../training/export-inference.js'
import type { DenseArchitecture } from '../../training/dense-architecture.js'
import type { Dataset } from '../../training/dataset.js'
import type { Ort } from '../../training/ort.js'
import { trainModel } from '../../training/train-model.js'
import type { EpochReport } from '../../training/training-request.js'
import { seededEntropy } from '../../util/entropy.js'
import { demoTolerance, type TrainedDemo } from '../trained-demo.js'
import { profileRows } from '../profile-rows.js'
import { goldenSamplesOf, runRows, type RowModel } from '../run-rows.js'
import { generateLoadRows } from './load-dataset.js'
import { loadFeatureNames } from './load-features.js'
import { forecastMetrics } from './forecast-metrics.js'
import { testProfile, trainingProfile } from './trace-profile.js'

export const loadForecaster = {
  name: 'load-forecaster',
  input: 'features',
  output: 'cpu_in_one_minute',
} as const

const architecture: DenseArchitecture = {
  features: loadFeatureNames.length,
  hidden: [
    { units: 48, activation: 'Relu' },
    { units: 24, activation: 'Relu' },
  ],
  head: { kind: 'values', count: 1, loss: 'absolute-error' },
}

export interface DemoTraining {
  readonly seed?: number
  readonly onProgress?: (report: EpochReport) => void
  readonly signal?: AbortSignal
}

/**
 * Trains the model that predicts a host's processor load one minute ahead, and compares it on other
 * hosts with the prediction that the load stays as it is.
 *
 * @throws TrainingError `training-diverged`
 */
export async function trainLoadForecaster(
  ort: Ort,
  { seed = 1, ...watch }: DemoTraining = {},
): Promise<TrainedDemo> {
  const entropy = seededEntropy(seed)
  const data = generateLoadRows(trainingProfile, { hosts: 500, rowsPerHost: 50 }, entropy)
  const trained = await trainModel({
    architecture,
    data,
    options: { epochs: 20, batchSize: 128, learningRate: 0.003, annealing: true, patience: 6 },
    ort,
    entropy,
    ...watch,
  })
  const model = exportInference(trained, {
    ...loadForecaster,
    range: [0, 1],
    metadata: { task: 'mean busy share of the processors 55 to 65 s ahead' },
  })
  const test = generateLoadRows(testProfile, { hosts: 100, rowsPerHost: 40 }, seededEntropy(99))
  const profile = profileRows(data, { ...loadForecaster, featureNames: loadFeatureNames })
  return { ...(await describeForecaster(ort, { model, ...loadForecaster }, test)), profile }
}

/** What the test rows show. */
async function describeForecaster(ort: Ort, row: RowModel, test: Dataset) {
  const forecasts = await runRows(ort, row, test)
  const width = loadFeatureNames.length
  const { name, output } = loadForecaster
  return {
    name,
    model: row.model,
    prediction: { kind: 'value', output, unit: 'share' } as const,
    golden: await goldenSamplesOf(ort, row, { count: 8, features: test.features, width }),
    tolerance: demoTolerance,
    metrics: forecastMetrics(test, forecasts),
  }
}
