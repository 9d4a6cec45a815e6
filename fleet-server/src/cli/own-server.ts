import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { rootCertificates } from 'node:tls'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { isLoopback } from '../tls/is-loopback.js'
import { trustingFetch } from './trusting-fetch.js'

/** What a server on this machine has left in its data folder. */
const dataFolder = () => path.resolve(process.env['KEDGE_DATA'] ?? '.kedge')

/** Where a server on this machine listens, as it says in DATA/address; undefined where there is none. */
export function ownServerAddress(): string | undefined {
  const file = path.join(dataFolder(), 'address')
  const url = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
  return URL.canParse(url) ? url : undefined
}

/**
 * `fetch` for a server: with `ca` that authority alone is believed; on the server's own machine the one
 * in its data folder too; else the system's.
 *
 * @throws UsageError when the file cannot be read
 */
export function fetchFor(url: string, ca = process.env['KEDGE_CA']): typeof fetch {
  if (!url.startsWith('https:')) return fetch
  if (ca !== undefined) return trustingFetch([readCertificate(ca)])
  const own = path.join(dataFolder(), 'tls', 'ca.pem')
  const isHere = isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, '')) && existsSync(own)
  return isHere ? trustingFetch([...rootCertificates, readCertificate(own)]) : fetch
}

function readCertificate(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new UsageError('usage', `--ca (KEDGE_CA): ${file} cannot be read`, { cause })
  }
}
