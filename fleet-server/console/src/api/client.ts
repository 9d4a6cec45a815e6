import { type ClientResponse, hc } from 'hono/client'
import type { App } from '../../../src/http/app.js'
import { ApiError, isProofMissing, readProblem } from './problem.js'
import { askForProof } from './proof-question.js'

/** What needs a fresh proof is sent again, unchanged, when that was given. */
async function fetchProved(input: RequestInfo | URL, request?: RequestInit): Promise<Response> {
  const response = await fetch(input, request)
  if (!(await isProofMissing(response)) || !(await askForProof())) return response
  return fetch(input, request)
}

/** The server's API, typed by its own routes. The session is a cookie, so nothing is added. */
export const api = hc<App>(location.origin, { fetch: fetchProved }).api.v1

let refused: () => void = () => undefined

/** What happens when the server does not know who asks. */
export function onRefusal(act: () => void): void {
  refused = act
}

/**
 * The body of a good answer.
 *
 * @throws ApiError for every other answer, and when there is none
 */
export async function bodyOf<T>(sent: Promise<ClientResponse<T, number, 'json'>>): Promise<T> {
  const response = await answerTo(sent)
  return response.json()
}

/** For answers without a body. @throws ApiError */
export async function answerTo<R extends { readonly ok: boolean; readonly status: number }>(
  sent: Promise<R>,
): Promise<R> {
  const response = await sent.catch((cause: unknown) => {
    throw new ApiError({
      status: 0,
      title: 'The server does not answer',
      detail: `The server does not answer (${String(cause)}).`,
    })
  })
  if (response.status === 401) refused()
  if (!response.ok) throw await readProblem(response as unknown as Response)
  return response
}
