import { request as httpsRequest, type RequestOptions } from 'node:https'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'

/** `fetch` that trusts one authority, as the global one cannot in Node 20. */
export const trustingFetch =
  (ca: string, options: RequestOptions = {}) =>
  async (url: string, init: RequestInit = {}): Promise<Response> => {
    const asked = new Request(url, init)
    const request = httpsRequest(url, {
      ...options,
      ca,
      method: asked.method,
      headers: Object.fromEntries(asked.headers),
      agent: false,
    })
    request.end(Buffer.from(await asked.arrayBuffer()))
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const parts: Buffer[] = []
    for await (const part of response) parts.push(part as Buffer)
    return new Response(Buffer.concat(parts), { status: response.statusCode ?? 0 })
  }
