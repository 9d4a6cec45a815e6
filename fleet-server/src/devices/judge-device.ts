import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { ServerContext } from '../context.js'
import { findDevice } from './list-devices.js'
import type { Device } from './device.js'

type Parts = Pick<
  ServerContext,
  'clock' | 'devices' | 'enrolments' | 'events' | 'issuer' | 'log' | 'outbox' | 'perDevice'
>

/** Lets a device that waits into the fleet. @throws UsageError `not-found` */
export async function approveDevice(parts: Parts, id: string): Promise<Device> {
  const { clock, enrolments, perDevice } = parts
  const approved = await perDevice.run(id, () => enrolments.approve(id, clock.now()))
  if (approved === undefined) throw new UsageError('not-found', `${id} does not wait to join`)
  parts.log.info({ device: id }, 'a device was approved')
  await parts.issuer.refreshDevice(id)
  parts.events.emit('device', id)
  return findDevice(parts, id)
}

/** Turns a device that waits away; its key may not ask again. @throws UsageError `not-found` */
export async function rejectDevice(parts: Parts, id: string): Promise<void> {
  const { clock, enrolments, perDevice } = parts
  const rejected = await perDevice.run(id, () => enrolments.reject(id, clock.now()))
  if (!rejected) throw new UsageError('not-found', `${id} does not wait to join`)
  parts.log.info({ device: id }, 'a device was rejected')
  parts.events.emit('device', id)
}

/**
 * Takes a device out of the fleet for good: it is cut off at once, and its key may not join again.
 *
 * @throws UsageError `not-found`
 */
export async function revokeDevice(parts: Parts, id: string): Promise<void> {
  const { clock, enrolments, outbox, perDevice } = parts
  await findDevice(parts, id)
  // Before the connection ends: its will, and what it has sent and nobody has read, count no more.
  const revoked = await perDevice.run(id, () => enrolments.revoke(id, clock.now()))
  await outbox.disconnect(id)
  if (!revoked) throw new UsageError('not-found', `there is no device ${id}`)
  parts.log.warn({ device: id }, 'a device was revoked')
  parts.events.emit('device', id)
}

/** Lets a key that was revoked or rejected join again, by a token. @throws UsageError `not-found` */
export async function pardonDevice(parts: Parts, id: string): Promise<void> {
  if (await parts.enrolments.pardon(id)) return
  throw new UsageError('not-found', `${id} was neither revoked nor rejected`)
}
