import { type ClientResponse, hc } from 'hono/client'
import type { App } from '../../../src/http/app.js'
import { ApiError, readProblem } from './problem.js'
import { currentToken, refuseToken } from './session.js'

/** The server's API, typed by its own routes. */
export const api = hc<App>(location.origin, {
  headers: () => ({ authorization: `Bearer ${currentToken() ?? ''}` }),
}).api.v1

/**
 * The body of a good answer; a 401 ends the session.
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
    throw new ApiError(0, 'The server does not answer', String(cause))
  })
  if (response.status === 401) refuseToken()
  if (!response.ok) throw await readProblem(response as unknown as Response)
  return response
}

/** Undefined when the server takes the token, else what to tell the person. */
export async function checkToken(token: string): Promise<string | undefined> {
  const response = await fetch('/api/v1/server', { headers: { authorization: `Bearer ${token}` } })
    // A header cannot carry every character that can be pasted.
    .catch(() => undefined)
  if (response === undefined) return 'The server does not answer.'
  if (response.ok) return undefined
  if (response.status === 401) return 'The server does not know this token.'
  return (await readProblem(response)).message
}
