import { enrolDevice, type Fetch } from '@kedge/shared/adapters/enrolment'
import { LinkError } from '@kedge/shared/errors/device-error'
import { KedgeError, UsageError } from '@kedge/shared/errors/kedge-error'
import {
  parseEnrolmentToken,
  type Enrolment,
  type EnrolmentToken,
} from '@kedge/shared/protocol/enrolment'
import { systemClock, type Clock } from '@kedge/shared/util/clock'
import { systemEntropy } from '@kedge/shared/util/entropy'
import { retrySchedule } from '@kedge/shared/util/retry-schedule'
import type { Labels } from '@kedge/shared/util/scalars'
import { Seconds } from '@kedge/shared/util/units'
import { createDataFolder, type DataLayout } from '../files/data-layout.js'
import { lockDataFolder } from '../files/data-lock.js'
import { trustedFetch } from '../link/trusted-fetch.js'
import { DiskStateStore } from '../state/disk-state-store.js'
import { ensureDeviceKey } from './device-key.js'
import { fetchAuthority } from './fetch-authority.js'
import { findEnrolment } from './load-enrolment.js'
import { forgetPending, keepPending, type PendingJoin } from './pending-join.js'

export interface JoinOptions {
  readonly data: string
  readonly token: string
  readonly labels: Labels
  /** For servers whose certificate authority the token does not name. */
  readonly fetch: Fetch
  readonly clock?: Clock
  /** Ends the waiting for an operator; the join can be taken up again. */
  readonly signal?: AbortSignal
  /** Called once when an operator has to agree first. */
  readonly onWaiting?: (says: string) => void
}

/** So often it is asked whether an operator has agreed. */
const polling = { first: Seconds(2), factor: 1.5, cap: Seconds(30), jitter: 0.3 }

/**
 * Makes a data folder a device of the fleet that issued the token. Where an operator has to agree it
 * waits, through restarts of the server too; what it needs to go on after its own is on the disk.
 *
 * @throws UsageError `conflict` when it is one already, `unauthorized` when the server refuses;
 *   LinkError; StorageError; the signal's reason
 */
export async function joinFleet(options: JoinOptions): Promise<Enrolment> {
  const token = parseEnrolmentToken(options.token)
  const layout = await createDataFolder(options.data)
  const lock = lockDataFolder(layout)
  try {
    return await join(layout, token, options)
  } finally {
    lock[Symbol.dispose]()
  }
}

async function join(
  layout: DataLayout,
  token: EnrolmentToken,
  options: JoinOptions,
): Promise<Enrolment> {
  const state = new DiskStateStore(layout)
  const known = await findEnrolment(state)
  if (known !== undefined) {
    throw new UsageError(
      'conflict',
      `${layout.root} is device ${known.device} of a fleet already; give another --data`,
    )
  }
  const enrolment = await enrolPatiently(layout, token, options)
  await state.save('enrolment', enrolment)
  await forgetPending(layout)
  return enrolment
}

async function enrolPatiently(
  layout: DataLayout,
  token: EnrolmentToken,
  options: JoinOptions,
): Promise<Enrolment> {
  const { clock = systemClock, signal, onWaiting } = options
  const pending: PendingJoin = { token: options.token, labels: options.labels }
  let isWaiting = false
  for (const pause of retrySchedule(polling, systemEntropy)) {
    try {
      return await enrolOnce(layout, token, options)
    } catch (error) {
      const isPending = error instanceof LinkError && error.code === 'approval-pending'
      // A server that has once said "wait" may go away and come back.
      if (!isPending && !(isWaiting && error instanceof KedgeError && error.retryable)) throw error
      if (isPending && !isWaiting) {
        isWaiting = true
        await keepPending(layout, pending)
        onWaiting?.(error.message)
      }
    }
    await clock.sleep(pause, signal)
  }
  throw new LinkError('approval-pending', 'nobody has approved this device')
}

async function enrolOnce(
  layout: DataLayout,
  { url, secret, ca, root }: EnrolmentToken,
  { labels, fetch }: JoinOptions,
): Promise<Enrolment> {
  const trusting = ca === undefined ? fetch : trustedFetch(await fetchAuthority(url, ca))
  const keys = await ensureDeviceKey(layout)
  return enrolDevice({ kind: 'agent', url, secret, root, keys, labels, fetch: trusting })
}
