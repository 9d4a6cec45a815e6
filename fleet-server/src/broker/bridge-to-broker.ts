import { connect as connectTcp, isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { createWebSocketStream, WebSocket } from 'ws'

interface BrokerAt {
  readonly url: string
  /** PEM, as for `connectExternalBroker`. */
  readonly ca?: string
}

/**
 * Carries a page's connection to a broker that the page cannot reach by itself. Bytes pass as they
 * are; who may connect is that broker's to decide.
 */
export function bridgeToBroker({ url, ca }: BrokerAt, page: Duplex): void {
  const broker = openConnection(new URL(url), ca)
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

function openConnection(url: URL, ca: string | undefined): Duplex {
  const { protocol } = url
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const trust = ca === undefined ? {} : { ca }
  if (protocol === 'mqtt:') return connectTcp({ host, port: portOf(url, 1883), noDelay: true })
  if (protocol === 'mqtts:') {
    // An address is no name to ask for (RFC 6066, section 3).
    const named = isIP(host) === 0 ? { servername: host } : {}
    return connectTls({ host, port: portOf(url, 8883), ...named, ...trust })
  }
  return createWebSocketStream(new WebSocket(url, 'mqtt', trust))
}

const portOf = ({ port }: URL, usual: number): number => (port === '' ? usual : Number(port))
