import type { DeviceKind } from '@kedge/shared/protocol/enrolment'
import type { ServerConfig } from './config/config.js'

/** Where devices connect. The port is known once the broker listens. */
export interface BrokerAddress {
  mqttPort: number | undefined
  readonly urlFor: (kind: DeviceKind, origin: string) => string
}

export function createBrokerAddress({
  broker,
  tls,
}: Pick<ServerConfig, 'broker' | 'tls'>): BrokerAddress {
  const scheme = tls.kind === 'off' ? 'mqtt' : 'mqtts'
  const address: BrokerAddress = {
    mqttPort: undefined,
    urlFor(kind, origin) {
      // Pages speak WebSocket, through the port that served them.
      if (kind === 'browser') return new URL('/mqtt', origin.replace(/^http/, 'ws')).href
      if (broker.kind === 'external') return withoutCredentials(broker.url)
      return `${scheme}://${new URL(origin).hostname}:${address.mqttPort ?? broker.port}`
    },
  }
  return address
}

/** The server's own name and password are none of a device's business. */
function withoutCredentials(url: string): string {
  const bare = new URL(url)
  bare.username = ''
  bare.password = ''
  return bare.href
}
