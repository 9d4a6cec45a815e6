import { KedgeError } from '@kedge/shared/errors/kedge-error'

/** A problem document (RFC 9457) that the server answered with, or no answer at all (status 0). */
export class ApiError extends KedgeError<'http-failed'> {
  override name = 'ApiError'

  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
  ) {
    super('http-failed', detail === '' ? title : detail)
  }

  override get retryable(): boolean {
    return this.status === 0 || this.status >= 500
  }
}

export async function readProblem(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined)
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const text = (value: unknown, fallback: string) => (typeof value === 'string' ? value : fallback)
  return new ApiError(
    response.status,
    text(fields['title'], `The server answered ${response.status}`),
    text(fields['detail'], ''),
  )
}
