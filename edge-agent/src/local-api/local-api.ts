import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { ServerError } from '@kedge/shared/errors/server-error'
import { codeOf } from '../files/storage-faults.js'
import { errorAnswer, json, text, type Answer } from './answer.js'
import { checkLocal, readJson } from './read-request.js'
import { RequestMetrics } from './request-metrics.js'
import { matchRoute, route, type Route } from './route.js'
import type { Serving } from './serving.js'
import { v2Routes } from './v2-routes.js'

const host = '127.0.0.1'

export interface LocalApi extends AsyncDisposable {
  readonly url: string
}

/**
 * Answers on loopback only.
 *
 * @param port 0 for any that is free
 * @throws ServerError `port-taken`
 */
export async function startLocalApi(serving: Serving, port: number): Promise<LocalApi> {
  const metrics = new RequestMetrics()
  const routes = [
    ...v2Routes(serving),
    route('GET', '/metrics', async () => text(await metrics.format(serving))),
    route('GET', '/kedge/status', async () => json(await serving.status())),
  ]
  const server = createServer((request, response) => {
    const start = performance.now()
    void answer(request, routes).then((result) => {
      send(response, result)
      const seconds = (performance.now() - start) / 1000
      metrics.record({ method: request.method ?? '', status: result.status, seconds })
    })
  })
  await listen(server, port)
  const { port: actual } = server.address() as AddressInfo
  return {
    url: `http://${host}:${actual}`,
    [Symbol.asyncDispose]: () => close(server),
  }
}

async function answer(request: IncomingMessage, routes: readonly Route[]): Promise<Answer> {
  try {
    checkLocal(request)
    const path = (request.url ?? '/').split('?')[0]!
    const matches = routes.flatMap((candidate) => {
      const parameters = matchRoute(candidate, path)
      return parameters === undefined ? [] : [{ candidate, parameters }]
    })
    const match = matches.find(({ candidate }) => candidate.method === request.method)
    if (match === undefined) throw unanswerable(request.method, path, matches.length > 0)
    const { candidate, parameters } = match
    return await candidate.answer({ parameters, body: () => readJson(request) })
  } catch (error) {
    return errorAnswer(error)
  }
}

const unanswerable = (method: string | undefined, path: string, exists: boolean) =>
  exists
    ? new UsageError('usage', `${path} does not take ${method}`)
    : new UsageError('not-found', `there is nothing at ${path}; /v2 describes this server`)

function send(response: ServerResponse, { status, type, body }: Answer): void {
  const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body) }
  response.writeHead(status, headers).end(body)
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      if (codeOf(cause) !== 'EADDRINUSE') return reject(cause)
      const message = `another program listens on ${host}:${port}; choose a free port with --port`
      reject(new ServerError('port-taken', message, { cause }))
    })
    server.listen(port, host, resolve)
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}
