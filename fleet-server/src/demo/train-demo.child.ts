import { trainGestureRecogniser } from '@kedge/shared/demo/gesture/train-gesture-recogniser'
import { trainLoadForecaster } from '@kedge/shared/demo/load-forecaster/train-load-forecaster'
import { trainingRuntime } from '../runs/onnx-trainer.js'
import type { DemoName, TrainingMessage } from './train-demo.js'

// A process of its own: training keeps its thread busy for seconds, and two trainings two cores.
const trainers = {
  'load-forecaster': trainLoadForecaster,
  'gesture-recogniser': trainGestureRecogniser,
} as const

const send = (message: TrainingMessage) =>
  new Promise<void>((resolve) => process.send?.(message, () => resolve()))

process.once('message', (name: DemoName) => {
  void trainers[name](trainingRuntime, {
    onProgress: ({ epoch }) => void send({ kind: 'progress', epoch }),
  })
    .then(
      (demo) => send({ kind: 'trained', demo }),
      (error: unknown) => send({ kind: 'failed', reason: String(error) }),
    )
    .then(() => process.disconnect())
})
