import { isIP } from 'node:net'
import os from 'node:os'
import type { ServerConfig } from '../config/config.js'

const everywhere = new Set(['0.0.0.0', '::'])

/** Every name and address under which this server can be reached, for its certificate. */
export function serverNames({
  host,
  publicUrl,
}: Pick<ServerConfig, 'host' | 'publicUrl'>): string[] {
  const machine = os.hostname().toLowerCase()
  const names = new Set(['localhost', '127.0.0.1', '::1', machine])
  // How machines without a name server find each other (RFC 6762, section 3).
  if (!machine.includes('.')) names.add(`${machine}.local`)
  if (publicUrl !== undefined) names.add(new URL(publicUrl).hostname.replace(/^\[|\]$/g, ''))
  if (!everywhere.has(host)) names.add(host)
  else for (const address of ownAddresses()) names.add(address)
  // A certificate carries its names in ASCII (RFC 5280, section 4.2.1.6).
  return [...names].filter((name) => isIP(name) !== 0 || /^[a-z0-9._-]{1,253}$/i.test(name))
}

const ownAddresses = (): string[] =>
  Object.values(os.networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => address)
    // A link-local address means nothing without its zone, which no certificate can carry.
    .filter((address) => !address.startsWith('fe80:'))
