import type { ErrorCode } from '@kedge/shared/errors/error-codes'
import { describeError } from '@kedge/shared/errors/kedge-error'

export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

export const json = (value: unknown, status = 200): Answer =>
  jsonText(JSON.stringify(value), status)

export const jsonText = (body: string, status = 200): Answer => ({
  status,
  type: 'application/json',
  body,
})

export const text = (body: string): Answer => ({
  status: 200,
  type: 'text/plain; version=0.0.4; charset=utf-8',
  body,
})

/** Status by what went wrong; all that is not listed is our fault or the model's. */
const statusOf: Partial<Record<ErrorCode, number>> = {
  'document-invalid': 400,
  'tensor-mismatch': 400,
  usage: 400,
  forbidden: 403,
  'not-found': 404,
  'too-large': 413,
  'model-not-ready': 503,
  'runner-crashed': 503,
  'inference-timeout': 504,
}

/** The Open Inference Protocol's error object. */
export function errorAnswer(thrown: unknown): Answer {
  const { code, message } = describeError(thrown, 'inference-failed')
  return json({ error: message, code }, statusOf[code] ?? 500)
}
