import { devicePassword, enrolDevice, type DeviceKeys } from '@kedge/shared/adapters/enrolment'
import { parseEnrolmentToken, type Enrolment } from '@kedge/shared/protocol/enrolment'
import { generateKeyPair } from '@kedge/shared/trust/keys'
import { systemClock, type Clock } from '@kedge/shared/util/clock'
import { callApi, type ServerAccess } from './admin-api.js'

/** A device that has enrolled and does nothing yet. */
export interface JoinedDevice {
  readonly keys: DeviceKeys
  readonly enrolment: Enrolment
}

/** The secret of a token for one device, with `policy` over the usual one. */
export async function newSecret(access: ServerAccess, policy: object = {}): Promise<string> {
  const body = { labels: { site: 'berlin' }, ttlS: 600, uses: 1, ...policy }
  const { token } = await callApi<{ token: string }>(access, 'POST /enrolment-tokens', body)
  return parseEnrolmentToken(token).secret
}

export async function joinDevice(access: ServerAccess): Promise<JoinedDevice> {
  const keys = await generateKeyPair(true)
  const secret = await newSecret(access)
  const options = { kind: 'agent', url: access.url, labels: {}, keys, secret } as const
  return { keys, enrolment: await enrolDevice({ ...options, fetch }) }
}

/** A fresh MQTT password. */
export const passwordOf = ({ enrolment, keys }: JoinedDevice, clock: Clock = systemClock) =>
  devicePassword(enrolment, keys.privateKey, clock)
