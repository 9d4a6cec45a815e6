import { connect as connectTcp } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { createWebSocketStream, WebSocket } from 'ws'

/**
 * Carries a page's connection to a broker that the page cannot reach by itself. Bytes pass as they
 * are; who may connect is that broker's to decide.
 */
export function bridgeToBroker(url: string, page: Duplex): void {
  const broker = openConnection(new URL(url))
  page.pipe(broker)
  broker.pipe(page)
  for (const [one, other] of [
    [page, broker],
    [broker, page],
  ] as const) {
    one.on('error', () => other.destroy())
    one.once('close', () => other.destroy())
  }
}

function openConnection(url: URL): Duplex {
  const { protocol, hostname: host } = url
  if (protocol === 'mqtt:') return connectTcp({ host, port: portOf(url, 1883), noDelay: true })
  if (protocol === 'mqtts:') return connectTls({ host, port: portOf(url, 8883), servername: host })
  return createWebSocketStream(new WebSocket(url, 'mqtt'))
}

const portOf = ({ port }: URL, usual: number): number => (port === '' ? usual : Number(port))
