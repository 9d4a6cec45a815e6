import { errorCodes, type ErrorCode } from '../../errors/error-codes.js'
import { InvariantError } from '../../errors/kedge-error.js'
import type { GoldenSample } from '../../model/golden-samples.js'
import type { Tensors } from '../../model/tensor.js'
import type { OpenPrediction } from '../../telemetry/open-predictions.js'
import type { Label } from '../../telemetry/score.js'
import type { TelemetryWindow } from '../../telemetry/window.js'
import type { ProbeReport, RunnerSpec, RunResult } from '../ports/inference.js'

/** What a supervisor asks of a runner. Both are ours and of one version, so shapes are not re-checked. */
export interface RunnerCalls {
  load: { args: RunnerSpec; result: { provider: string; loadMs: number } }
  probe: { args: { samples: readonly GoldenSample[] }; result: ProbeReport }
  run: { args: { inputs: Tensors }; result: RunResult }
  feedback: { args: { id: string; label: Label }; result: boolean }
  takeWindow: { args: { now: number }; result: TelemetryWindow | undefined }
  takeOpenPredictions: { args: Record<string, never>; result: OpenPrediction[] }
}

export type CallName = keyof RunnerCalls

export interface CallMessage {
  readonly kind: 'call'
  readonly id: number
  readonly call: CallName
  readonly args: unknown
}

export type ReplyMessage =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | {
      readonly kind: 'error'
      readonly id: number
      readonly code: ErrorCode
      readonly message: string
    }

export function parseCall(message: unknown): CallMessage {
  if (isRecord(message) && message['kind'] === 'call') return message as unknown as CallMessage
  throw new InvariantError('a runner was sent something that is not a call')
}

export function parseReply(message: unknown): ReplyMessage {
  if (isRecord(message)) {
    const { kind, code } = message
    if (kind === 'result') return message as unknown as ReplyMessage
    if (kind === 'error' && typeof code === 'string' && code in errorCodes) {
      return message as unknown as ReplyMessage
    }
  }
  throw new InvariantError('a runner sent something that is not a reply')
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
