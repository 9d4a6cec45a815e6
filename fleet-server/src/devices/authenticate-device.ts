import { jwtVerify } from 'jose'
import type { TrustedKey } from '@kedge/shared/trust/dsse'
import { importPublicKey, mqttAudience, type PublicKey } from '@kedge/shared/trust/keys'
import type { ServerContext } from '../context.js'
import type { DeviceAuthenticator } from './device-door.js'

/** In seconds. A device makes a new token for each connection, so a stolen one is soon worthless. */
const longestLife = 10 * 60
const clockSkew = 60
/** Keys that are kept imported; a fleet that comes back at once needs them all again. */
const keptKeys = 20_000

/** Checks tokens that devices sign with their own keys (RFC 7519; EdDSA only, RFC 8037). */
export function createDeviceAuthenticator({
  clock,
  devices,
  log,
}: Pick<ServerContext, 'clock' | 'devices' | 'log'>): DeviceAuthenticator {
  const keys = new Map<string, Promise<TrustedKey>>()
  return {
    async authenticate(device, password) {
      // Asked each time: a device that is revoked has no key any more.
      const publicKey = await devices.publicKey(device)
      if (publicKey === undefined) return false
      const { key } = await importOnce(keys, { id: device, key: publicKey })
      try {
        const { payload } = await jwtVerify(password, key, {
          algorithms: ['EdDSA', 'Ed25519'],
          audience: mqttAudience,
          issuer: device,
          subject: device,
          currentDate: new Date(clock.now()),
          clockTolerance: clockSkew,
          maxTokenAge: longestLife,
          requiredClaims: ['exp', 'iat'],
        })
        const { exp = Infinity, iat = 0 } = payload
        return exp - iat <= longestLife
      } catch (err) {
        log.debug({ err, device }, 'a device showed a token that is not valid')
        return false
      }
    },
  }
}

function importOnce(keys: Map<string, Promise<TrustedKey>>, publicKey: PublicKey) {
  const known = keys.get(publicKey.key)
  if (known) return known
  const imported = importPublicKey(publicKey)
  const [oldest] = keys.keys()
  if (keys.size >= keptKeys && oldest !== undefined) keys.delete(oldest)
  keys.set(publicKey.key, imported)
  return imported
}
