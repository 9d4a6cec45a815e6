import { Hours } from '@kedge/shared/util/units'
import type { ServerContext } from '../context.js'
import { listDevices } from '../devices/list-devices.js'
import { rolloutRequestSchema } from '../rollouts/rollout.js'
import type { RequestInOutline } from './route-access.js'

/** A rollout to more than this part of the fleet is large. */
const largePart = 0.1
/** More devices than these, taken out by one person within the hour, are many. */
const manyRemovals = 10
const removalsWithin = Hours(1)

/** Whether a rollout goes to more than a tenth of the fleet as it is now. */
export const isLargeRollout =
  (context: Pick<ServerContext, 'devices'>) =>
  async ({ body }: RequestInOutline): Promise<boolean> => {
    const { data: rollout } = rolloutRequestSchema.safeParse(body)
    // What cannot be read is refused by the route.
    if (rollout === undefined) return false
    const few = Math.floor((await context.devices.counts()).devices * largePart)
    const { items } = await listDevices(context, {
      select: rollout.select,
      after: '',
      limit: few + 1,
    })
    return items.length > few
  }

/** Whether somebody has taken many devices out of late, one request each. */
export const isLargeRemoval =
  ({ auditRows, clock }: Pick<ServerContext, 'auditRows' | 'clock'>) =>
  async ({ actor }: RequestInOutline): Promise<boolean> => {
    const since = clock.now() - removalsWithin
    return (await auditRows.count({ actor, action: 'device.remove', since })) >= manyRemovals
  }
