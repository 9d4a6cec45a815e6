import * as ort from 'onnxruntime-node'
import { trainGestureRecogniser } from '@kedge/shared/demo/gesture/train-gesture-recogniser'
import type { TrainedDemo } from '@kedge/shared/demo/trained-demo'
import type { Fleet } from './fleet.js'

let trained: Promise<TrainedDemo> | undefined

/** The demo's model, trained once for all tests of one worker. */
export const gestureModel = (): Promise<TrainedDemo> => (trained ??= trainGestureRecogniser(ort))

export async function publishGestures(
  fleet: Fleet,
  { model, name, ...demo }: TrainedDemo,
  version: string,
): Promise<void> {
  const { prediction, metrics, golden, tolerance, profile } = demo
  await fleet.publish(model, {
    name,
    version,
    prediction,
    metrics: { ...metrics },
    golden: { samples: golden, tolerance },
    profile,
  })
}
