import type { Entropy } from '../util/entropy.js'
import { checkDataset, shuffledIndices, takeRows, type Dataset } from './dataset.js'
import { initialParameters } from './dense-architecture.js'
import { measureNormalisation, normalise } from './normalisation.js'
import { Trainer } from './trainer.js'
import type {
  EpochReport,
  TrainedModel,
  TrainingOptions,
  TrainingRequest,
} from './training-request.js'

/**
 * Trains a network from rows. The same rows, options and entropy give the same parameters on the
 * same machine.
 *
 * @throws TrainingError `training-diverged` when the loss is no finite number
 * @throws UsageError when the rows do not fit the architecture
 */
export async function trainModel(request: TrainingRequest): Promise<TrainedModel> {
  const { architecture, data, options, entropy } = request
  checkDataset(data, architecture)
  const [training, validation] = splitRows(data, options.validationShare ?? 0.1, entropy)
  const normalisation = options.from?.normalisation ?? measureNormalisation(training)
  const parameters = options.from?.parameters ?? initialParameters(architecture, entropy)
  await using trainer = await Trainer.create(request, parameters)
  const history: EpochReport[] = []
  const rows = normalise(training, normalisation)
  const held = normalise(validation, normalisation)
  let best = { epoch: 0, loss: Infinity, parameters }
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    const trainingLoss = await trainer.trainEpoch(rows, rateAt(options, epoch))
    const validationLoss = await trainer.measureLoss(held)
    const report = { epoch, trainingLoss, validationLoss }
    history.push(report)
    request.onProgress?.(report)
    if (validationLoss < best.loss) {
      best = { epoch, loss: validationLoss, parameters: trainer.parameters() }
    }
    if (epoch - best.epoch >= (options.patience ?? Infinity)) break
  }
  return { architecture, parameters: best.parameters, normalisation, history }
}

function splitRows(data: Dataset, validationShare: number, entropy: Entropy): [Dataset, Dataset] {
  const held = Math.min(Math.max(1, Math.round(data.count * validationShare)), data.count - 1)
  const indices = shuffledIndices(data.count, entropy)
  return [takeRows(data, indices.subarray(held)), takeRows(data, indices.subarray(0, held))]
}

/** Loshchilov & Hutter, SGDR (ICLR 2017), equation 5 without restarts. */
function rateAt({ learningRate, annealing, epochs }: TrainingOptions, epoch: number): number {
  if (annealing !== true) return learningRate
  return (learningRate * (1 + Math.cos((Math.PI * (epoch - 1)) / epochs))) / 2
}
