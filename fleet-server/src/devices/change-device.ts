import type { Labels } from '@kedge/shared/util/scalars'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { ServerContext } from '../context.js'
import type { Device } from './device.js'
import { findDevice } from './list-devices.js'

type Parts = Pick<ServerContext, 'devices' | 'events' | 'issuer' | 'log' | 'outbox' | 'perDevice'>

/** Gives a device other labels; rollouts that select it now, or no longer, take effect at once. */
export async function setDeviceLabels(parts: Parts, id: string, labels: Labels): Promise<Device> {
  await findDevice(parts, id)
  await parts.devices.setLabels(id, labels)
  await parts.issuer.refreshDevice(id)
  parts.events.emit('device', id)
  return findDevice(parts, id)
}

/** Takes a device out of the fleet: it is cut off and can come back only by enrolling again. */
export async function removeDevice(parts: Parts, id: string): Promise<void> {
  const removed = await parts.perDevice.run(id, () => parts.devices.remove(id))
  if (!removed) throw new UsageError('not-found', `there is no device ${id}`)
  await parts.outbox.disconnect(id)
  parts.log.info({ device: id }, 'a device was removed')
  parts.events.emit('device', id)
}
