import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request that goes through a proxy; each step waits for what the test does with it. */
export interface Stops {
  /** It has come from the client, and not gone on. */
  asked(method: string): Promise<void>
  /** The server has answered it, and the client has not heard. */
  answered(method: string): Promise<void>
  /** The answer has gone on to the client. */
  sent(method: string): void
}

const nowhere: Stops = {
  asked: () => Promise.resolve(),
  answered: () => Promise.resolve(),
  sent: () => undefined,
}

/** Stands before an HTTP server, and holds requests and answers where a test tells it to. */
export async function openHeldProxy(target: string) {
  let stops = nowhere
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url = '/' } = request
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    await stops.asked(method)
    const answer = await fetch(new URL(url, target), {
      method,
      headers: { 'content-type': request.headers['content-type'] ?? 'text/plain' },
      ...(method !== 'GET' && { body: Buffer.concat(parts) }),
    })
    const body = Buffer.from(await answer.arrayBuffer())
    await stops.answered(method)
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body)
    await once(response, 'finish')
    stops.sent(method)
  }
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stopAt: (next: Partial<Stops>) => void (stops = { ...nowhere, ...next }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
