import type { DeviceLog } from '@kedge/shared/device/ports/host'
import { dataLayout } from '../files/data-layout.js'
import { DiskStateStore } from '../state/disk-state-store.js'
import { joinFleet } from './join-fleet.js'
import { findEnrolment } from './load-enrolment.js'
import { findPending, forgetPending } from './pending-join.js'

export interface FinishOptions {
  readonly data: string
  readonly log: DeviceLog
  readonly signal: AbortSignal
}

/**
 * Goes on where a join was left that waits for an operator, so that a device which is started anew in
 * the meantime comes up by itself once it is approved. Does nothing for any other folder.
 *
 * @returns false when the signal has ended it before
 * @throws as `joinFleet`
 */
export async function finishJoining({ data, log, signal }: FinishOptions): Promise<boolean> {
  const layout = dataLayout(data)
  const pending = await findPending(layout)
  if (pending === undefined) return true
  // The power may have gone between the end of a join and its tidying up.
  if (await findEnrolment(new DiskStateStore(layout))) {
    await forgetPending(layout)
    return true
  }
  const onWaiting = (says: string) => log.info('waiting to be approved', { says })
  try {
    const { device } = await joinFleet({ ...pending, data, fetch, signal, onWaiting })
    log.info('approved', { device })
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}
