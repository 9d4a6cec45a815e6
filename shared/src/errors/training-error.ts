import { KedgeError } from './kedge-error.js'

export class TrainingError extends KedgeError<'gradient-missing' | 'training-diverged'> {
  override name = 'TrainingError'
}
