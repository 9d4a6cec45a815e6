import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { HTTPException } from 'hono/http-exception'
import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import { errorCodes, type ErrorCode } from '@kedge/shared/errors/error-codes'
import { KedgeError } from '@kedge/shared/errors/kedge-error'
import type { Log } from '../observability/log.js'

/** What every error is answered with (RFC 9457). */
export const problemSchema = z.object({
  /** Names the kind of problem; `about:blank` would say no more than the status. */
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})
export type ProblemDocument = z.infer<typeof problemSchema>

/** A request that its schema does not accept; `errors` names every wrong field. */
export class RequestError extends KedgeError<'document-invalid'> {
  override name = 'RequestError'

  constructor(readonly errors: readonly { path: string; message: string }[]) {
    super(
      'document-invalid',
      errors
        .map(({ path, message }) => `${path}: ${message}`)
        .join('; ')
        .slice(0, 2_000),
    )
  }
}

/** The status of each code that is not a failure of ours. */
const statuses: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
  usage: 400,
  'document-invalid': 400,
  'not-found': 404,
  conflict: 409,
  unauthorized: 401,
  forbidden: 403,
  'step-up-required': 403,
  'too-large': 413,
  'rate-limited': 429,
  'model-not-onnx': 422,
  'model-truncated': 422,
  'model-unsupported': 422,
  'model-external-data': 422,
  'model-too-large': 422,
  'tensor-mismatch': 422,
  'digest-mismatch': 422,
  'chunk-unavailable': 422,
  'signature-invalid': 422,
  'metadata-invalid': 422,
  'metadata-too-large': 413,
  'metadata-rollback': 409,
  'metadata-expired': 422,
  'metadata-mixed': 422,
  'metadata-missing': 422,
  'root-out-of-order': 409,
  'name-refused': 422,
  'database-failed': 503,
  'storage-failed': 503,
  'http-failed': 502,
  'storage-full': 507,
}

export function toProblem(error: unknown): ProblemDocument {
  if (error instanceof KedgeError) {
    const code = error.code as ErrorCode
    const status = statuses[code] ?? 500
    return {
      ...describe(status, code, error.message),
      ...(error instanceof RequestError ? { errors: [...error.errors] } : {}),
    }
  }
  if (error instanceof HTTPException) {
    return describe(error.status, error.status === 413 ? 'too-large' : 'usage', error.message)
  }
  return describe(500, 'invariant-broken', 'the server met an error of its own; its log says more')
}

/** Answers with a problem document; what is our fault is logged. */
export function answerProblem(c: Context, error: unknown, log: Log): Response {
  const problem = toProblem(error)
  if (problem.status >= 500) log.error({ err: error, path: c.req.path }, 'a request failed')
  if (problem.status === 401) c.header('WWW-Authenticate', 'Bearer realm="kedge"')
  return c.body(JSON.stringify(problem), problem.status as ContentfulStatusCode, {
    'Content-Type': 'application/problem+json',
  })
}

function describe(status: number, code: ErrorCode, detail: string): ProblemDocument {
  return {
    type: `urn:kedge:problem:${code}`,
    title: status === 500 ? errorCodes[code].meaning : (STATUS_CODES[status] ?? 'Error'),
    status,
    detail,
    code,
  }
}
