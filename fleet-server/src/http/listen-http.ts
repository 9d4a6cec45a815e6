import { once } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { createAdaptorServer } from '@hono/node-server'
import { ServerError } from '@kedge/shared/errors/server-error'
import type { ServerConfig } from '../config/config.js'
import type { ServerTls } from '../tls/server-tls.js'
import { answerWrongSpeech } from '../tls/wrong-speech.js'
import type { Log } from '../observability/log.js'
import type { App } from './app.js'

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

export interface HttpServer extends AsyncDisposable {
  readonly url: string
  /** Hands upgrades of connections at `path` over; all others are refused. */
  onUpgrade(path: string, upgrade: Upgrade): void
}

/** How long requests under way may take to end when the server stops, in ms. */
const patience = 2_000

export interface ListenOptions {
  readonly config: Pick<ServerConfig, 'host' | 'port'>
  /** Absent for plain HTTP. */
  readonly tls?: ServerTls | undefined
  readonly log: Log
}

/** @throws ServerError `port-taken`, naming the flag to change */
export async function listenHttp(
  app: Pick<App, 'fetch'>,
  { config: { host, port }, tls, log }: ListenOptions,
): Promise<HttpServer> {
  const server = createHttpServer(app, tls)
  answerWrongSpeech(server, {
    speaks: tls ? 'tls' : 'plain',
    answer: tls ? needsTls : hasNoTls,
    onMistaken: (from) =>
      log.warn(
        { from },
        `a client speaks ${tls ? 'plain HTTP to the https' : 'TLS to the http'} port`,
      ),
  })
  const upgrades = new Map<string, Upgrade>()
  const upgraded = new Set<Duplex>()
  server.on('upgrade', (request, socket, head) => {
    const path = request.url?.split('?')[0] ?? ''
    const upgrade = upgrades.get(path)
    if (upgrade) {
      upgraded.add(socket)
      socket.once('close', () => upgraded.delete(socket))
      return upgrade(request, socket, head)
    }
    socket.on('error', () => socket.destroy())
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw portTaken(port, cause)
  }
  return {
    url: `${tls ? 'https' : 'http'}://${formatHost(host)}:${(server.address() as AddressInfo).port}`,
    onUpgrade: (path, upgrade) => upgrades.set(path, upgrade),
    [Symbol.asyncDispose]: () => close(server, upgraded),
  }
}

function createHttpServer({ fetch }: Pick<App, 'fetch'>, tls: ServerTls | undefined): Server {
  if (!tls) return createAdaptorServer({ fetch }) as Server
  const server = createAdaptorServer({
    fetch,
    createServer: createSecureServer,
    serverOptions: tls.options,
  }) as SecureServer
  tls.keepFresh(server)
  return server
}

/** What a client hears that speaks plain HTTP to a TLS port. */
const needsTls = toRawProblem('this port speaks TLS: use https:// instead of http://')
/** Nothing that a TLS client can read; but it sees that this is HTTP, and says so. */
const hasNoTls = toRawProblem('this port speaks plain HTTP: use http:// instead of https://')

function toRawProblem(detail: string): string {
  const type = 'urn:kedge:problem:usage'
  const body = JSON.stringify({ type, title: 'Bad Request', status: 400, detail, code: 'usage' })
  return (
    'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/problem+json\r\n' +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  )
}

function portTaken(port: number, cause: unknown): ServerError {
  const { code } = cause as NodeJS.ErrnoException
  const reason = code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${code ?? 'unknown'})`
  return new ServerError(
    'port-taken',
    `port ${port} ${reason}; choose another with --port or KEDGE_PORT`,
    { cause },
  )
}

/** An address that listens on all interfaces is reached by this machine's own name. */
function formatHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

async function close(server: Server, upgraded: ReadonlySet<Duplex>): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  // The server waits for these too and counts them as nobody's; a page would hold it for a minute.
  for (const socket of upgraded) socket.destroy()
  // A connection that ends its request from now on is idle, and would stay open for the next one.
  const tidying = setInterval(() => server.closeIdleConnections(), 20)
  const impatience = setTimeout(() => server.closeAllConnections(), patience)
  await closed
  clearInterval(tidying)
  clearTimeout(impatience)
}
