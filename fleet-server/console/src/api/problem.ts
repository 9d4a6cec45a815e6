import { KedgeError } from '@kedge/shared/errors/kedge-error'

interface ProblemFacts {
  /** 0 when there was no answer at all. */
  readonly status: number
  readonly title: string
  readonly detail: string
}

/** A problem document (RFC 9457) that the server answered with, or no answer at all. */
export class ApiError extends KedgeError<'http-failed'> {
  override name = 'ApiError'
  readonly status: number

  constructor({ status, title, detail }: ProblemFacts) {
    super('http-failed', detail === '' ? title : detail)
    this.status = status
  }

  override get retryable(): boolean {
    return this.status === 0 || this.status >= 500
  }
}

export async function readProblem(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined)
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const text = (value: unknown, fallback: string) => (typeof value === 'string' ? value : fallback)
  return new ApiError({
    status: response.status,
    title: text(fields['title'], `The server answered ${response.status}`),
    detail: text(fields['detail'], ''),
  })
}
