import { parameterShapes, type DenseArchitecture } from '../../training/dense-architecture.js'
import { exportInference } from '../../training/export-inference.js'
import { importTrained } from '../../training/import-trained.js'
import type { Ort } from '../../training/ort.js'
import { trainModel } from '../../training/train-model.js'
import type { EpochReport, TrainingOptions } from '../../training/training-request.js'
import { seededEntropy } from '../../util/entropy.js'
import { profileRows } from '../profile-rows.js'
import { goldenSamplesOf, runRows } from '../run-rows.js'
import { demoTolerance, type TrainedDemo } from '../trained-demo.js'
import { generateGestureRows } from './gesture-dataset.js'
import { gestureNames } from './gesture-shapes.js'
import { recognitionMetrics } from './recognition-metrics.js'
import { strokeFeatureNames } from './stroke-features.js'
import { testStyle, trainingStyle } from './stroke-style.js'

export const gestureRecogniser = {
  name: 'gesture-recogniser',
  input: 'stroke',
  output: 'probabilities',
} as const

const architecture: DenseArchitecture = {
  features: strokeFeatureNames.length,
  hidden: [
    { units: 96, activation: 'Relu' },
    { units: 48, activation: 'Relu' },
  ],
  head: { kind: 'classes', count: gestureNames.length },
}

export interface GestureTraining {
  readonly seed?: number
  /** A published model to go on from: only its last layer is trained, on strokes of its own. */
  readonly from?: Uint8Array
  readonly onProgress?: (report: EpochReport) => void
  readonly signal?: AbortSignal
}

/**
 * Trains the model that names a drawn shape, on generated strokes, and tests it on strokes of a
 * generator with other parameters.
 *
 * @throws TrainingError `training-diverged`
 */
export async function trainGestureRecogniser(
  ort: Ort,
  { seed = 1, from, ...watch }: GestureTraining = {},
): Promise<TrainedDemo> {
  const entropy = seededEntropy(seed)
  const data = generateGestureRows(trainingStyle, from === undefined ? 1600 : 400, entropy)
  const options = from === undefined ? wholeNetwork : lastLayer(from)
  const trained = await trainModel({ architecture, data, options, ort, entropy, ...watch })
  const { name, input, output } = gestureRecogniser
  const metadata = { labels: gestureNames.join(',') }
  const model = exportInference(trained, { ...gestureRecogniser, metadata })
  const test = generateGestureRows(testStyle, 300, seededEntropy(99))
  const row = { model, input, output }
  const width = strokeFeatureNames.length
  return {
    name,
    model,
    prediction: { kind: 'classes', output, labels: [...gestureNames] },
    golden: await goldenSamplesOf(ort, row, { count: 10, features: test.features, width }),
    tolerance: demoTolerance,
    metrics: recognitionMetrics(test, await runRows(ort, row, test)),
    profile: profileRows(data, { input, featureNames: strokeFeatureNames }),
  }
}

const wholeNetwork: TrainingOptions = {
  epochs: 24,
  batchSize: 128,
  learningRate: 0.004,
  optimiser: { kind: 'adam', weightDecay: 0.01 },
  annealing: true,
}

const lastLayer = (from: Uint8Array): TrainingOptions => ({
  ...wholeNetwork,
  epochs: 6,
  learningRate: 0.001,
  from: importTrained(from, architecture),
  frozen: Object.keys(parameterShapes(architecture)).filter((name) => !name.startsWith('head.')),
})
