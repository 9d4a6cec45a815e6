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

const proofMissing = 'step-up-required'

/** Whether the server refuses for want of a fresh proof of who is signed in. */
export async function isProofMissing(response: Response): Promise<boolean> {
  return response.status === 403 && (await fieldsOf(response.clone()))['code'] === proofMissing
}

export async function readProblem(response: Response): Promise<ApiError> {
  const fields = await fieldsOf(response)
  const text = (value: unknown, fallback: string) => (typeof value === 'string' ? value : fallback)
  return new ApiError({
    status: response.status,
    title: text(fields['title'], `The server answered ${response.status}`),
    detail: fields['code'] === proofMissing ? notProved : text(fields['detail'], ''),
  })
}

const notProved = 'Nothing was changed: you did not confirm that it is you.'

async function fieldsOf(response: Response): Promise<Record<string, unknown>> {
  const body: unknown = await response.json().catch(() => undefined)
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
}
