import { jwtVerify, type JWTPayload } from 'jose'
import { mqttAudience } from '@kedge/shared/trust/keys'
import type { ServerContext } from '../context.js'
import type { DeviceAuthenticator } from './device-door.js'
import { keysInForce } from './enrolment-repository.js'
import { ImportedKeys } from './imported-keys.js'
import { UsedTokens } from './used-tokens.js'

/** In seconds. A device makes a new token for each connection, so a stolen one is soon worthless. */
const longestLife = 10 * 60
const clockSkew = 60

interface Parts extends Pick<ServerContext, 'clock' | 'enrolments' | 'log'> {
  readonly trust: Pick<ServerContext['trust'], 'id'>
}

/** Checks tokens that devices sign with their own keys (RFC 7519; EdDSA only, RFC 8037). */
export function createDeviceAuthenticator({
  clock,
  enrolments,
  log,
  trust,
}: Parts): DeviceAuthenticator {
  const used = new UsedTokens()
  const keys = new ImportedKeys()

  /** What the token says, if `publicKey` has signed it. */
  const open = async (token: string, { device, publicKey, now }: Signatory) => {
    const { key } = await keys.import({ id: device, key: publicKey })
    try {
      const { payload } = await jwtVerify(token, key, {
        // What the token says of itself decides nothing (RFC 8725, section 3.1).
        algorithms: ['EdDSA'],
        audience: mqttAudience(trust.id),
        issuer: device,
        subject: device,
        currentDate: new Date(now),
        clockTolerance: clockSkew,
        maxTokenAge: longestLife,
        requiredClaims: ['exp', 'iat', 'jti'],
      })
      return payload
    } catch (err) {
      log.debug({ err, device }, 'a device showed a token that is not valid')
      return undefined
    }
  }

  return {
    async authenticate(device, password) {
      // Asked each time: a device that is revoked has no key any more.
      const credential = await enrolments.credential(device)
      if (credential === undefined) return false
      const now = clock.now()
      for (const publicKey of keysInForce(credential, now)) {
        const claims = await open(password, { device, publicKey, now })
        if (!claims) continue
        const name = `${device}/${claims.jti}`
        return isShort(claims) && used.isFirst(name, { until: endOf(claims), now })
      }
      return false
    },
  }
}

interface Signatory {
  readonly device: string
  readonly publicKey: string
  readonly now: number
}

const isShort = ({ exp = Infinity, iat = 0, jti = '' }: JWTPayload): boolean =>
  exp - iat <= longestLife && jti.length <= 100

const endOf = ({ exp = 0 }: JWTPayload): number => (exp + clockSkew) * 1_000
