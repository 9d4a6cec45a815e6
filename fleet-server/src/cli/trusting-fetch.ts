import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'

/** `fetch` that believes these authorities and no others; the global one takes none in Node 20. */
export const trustingFetch =
  (ca: readonly string[]): typeof fetch =>
  async (input, init) => {
    const asked = new Request(input, init)
    const body = Buffer.from(await asked.arrayBuffer())
    const headers = { ...Object.fromEntries(asked.headers), 'content-length': body.length }
    const request = httpsRequest(asked.url, { method: asked.method, headers, ca: [...ca] })
    request.end(body)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const parts: Buffer[] = []
    for await (const part of response as AsyncIterable<Buffer>) parts.push(part)
    const { statusCode = 0, headersDistinct } = response
    const hasBody = ![204, 205, 304].includes(statusCode)
    return new Response(hasBody ? Buffer.concat(parts) : null, {
      status: statusCode,
      headers: Object.entries(headersDistinct).flatMap(([name, values = []]) =>
        values.map((value): [string, string] => [name, value]),
      ),
    })
  }
