import { fork } from 'node:child_process'
import path from 'node:path'
import type { TrainedDemo } from '@kedge/shared/demo/trained-demo'
import { TrainingError } from '@kedge/shared/errors/training-error'

export type DemoName = 'load-forecaster' | 'gesture-recogniser'

export type TrainingMessage =
  | { readonly kind: 'progress'; readonly epoch: number }
  | { readonly kind: 'trained'; readonly demo: TrainedDemo }
  | { readonly kind: 'failed'; readonly reason: string }

export interface TrainingWatch {
  readonly onEpoch: (epoch: number) => void
  readonly signal: AbortSignal
}

/** Trains a demo model in a process of its own. @throws TrainingError, or the signal's reason */
export function trainDemo(
  name: DemoName,
  { onEpoch, signal }: TrainingWatch,
): Promise<TrainedDemo> {
  return new Promise((resolve, reject) => {
    const child = fork(path.resolve(import.meta.dirname, 'train-demo.child.js'), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      signal,
      detached: true,
    })
    child.on('message', (message: TrainingMessage) => {
      if (message.kind === 'progress') onEpoch(message.epoch)
      else if (message.kind === 'trained') resolve(message.demo)
      else reject(new TrainingError('training-diverged', `${name}: ${message.reason}`))
    })
    child.once('error', reject)
    child.once('exit', (code, killer) =>
      reject(
        new TrainingError('training-diverged', `${name}: the trainer ended (${killer ?? code})`),
      ),
    )
    child.send(name)
  })
}
