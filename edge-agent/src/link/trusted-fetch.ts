import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { LinkError } from '@kedge/shared/errors/device-error'
import type { Fetch } from '@kedge/shared/adapters/enrolment'
import { KiB, Seconds } from '@kedge/shared/util/units'

const longestAnswer = KiB(256)
const patience = Seconds(30)

/** `fetch` that believes one authority and no other. */
export const trustedFetch =
  (ca: string): Fetch =>
  async (url, { method, headers, body }) => {
    const { status, text } = await readAnswer(url, { method, headers, ca, body })
    return {
      ok: status >= 200 && status < 300,
      status,
      json: () => Promise.resolve(JSON.parse(text) as unknown),
    }
  }

export interface Question {
  readonly method: string
  readonly headers?: Record<string, string>
  /** PEM; absent only where what comes is checked by other means. */
  readonly ca: string | undefined
  readonly body?: string | undefined
}

export interface Answer {
  readonly status: number
  readonly text: string
}

/** One request over TLS. Without `ca` whoever answers is believed. @throws what Node throws; LinkError */
export async function readAnswer(url: string, question: Question): Promise<Answer> {
  const { method, headers = {}, ca, body } = question
  const request = httpsRequest(url, {
    method,
    headers: { ...headers, 'content-length': Buffer.byteLength(body ?? '') },
    // A connection of one's own: what one trusts is not for the next one.
    agent: false,
    signal: AbortSignal.timeout(patience),
    ...(ca === undefined ? { rejectUnauthorized: false } : { ca }),
  })
  request.end(body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const parts: Buffer[] = []
  let length = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length
    if (length > longestAnswer) throw new LinkError('link-offline', `${url} answers too much`)
    parts.push(part)
  }
  return { status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }
}
