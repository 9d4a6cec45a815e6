import { deviceIdPattern } from '@kedge/shared/util/scalars'
import { Seconds } from '@kedge/shared/util/units'
import type { ConnectPacket } from 'aedes'
import type { DeviceAuthenticator } from '../devices/device-door.js'
import { readUplinkOf } from './device-rules.js'
import { RefusalError } from './refusal.js'

/** The database answers within this, or the device is to come back later. */
const deadline = Seconds(5)

/** Checks a CONNECT; resolves when its sender is the device it says it is. @throws RefusalError */
export async function admit(
  packet: ConnectPacket,
  authenticator: DeviceAuthenticator,
): Promise<void> {
  const { clientId: device, username, password, will } = packet
  if (!deviceIdPattern.test(device) || username !== device) {
    throw new RefusalError('identity', 'client id and user name are not one device id')
  }
  if (will) {
    const { topic, payload, retain = false, qos = 0 } = will
    readUplinkOf(device, { topic, payload: Buffer.from(payload), retain, qos })
  }
  if (!password || password.length === 0) {
    throw new RefusalError('credentials', `${device} sent no password`)
  }
  const known = await inTime(authenticator.authenticate(device, password.toString('utf8')))
  if (!known) throw new RefusalError('credentials', `the password of ${device} does not hold`)
}

async function inTime(answer: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${deadline} ms`)), deadline)
  })
  try {
    return await Promise.race([answer, late])
  } catch (cause) {
    throw new RefusalError(
      'authentication-failed',
      'nobody could tell whether this is the device',
      {
        cause,
      },
    )
  } finally {
    clearTimeout(timer)
  }
}
