import { enrolDevice, type Fetch } from '@kedge/shared/adapters/enrolment'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import {
  parseEnrolmentToken,
  type Enrolment,
  type EnrolmentToken,
} from '@kedge/shared/protocol/enrolment'
import type { Labels } from '@kedge/shared/util/scalars'
import { createDataFolder, type DataLayout } from '../files/data-layout.js'
import { lockDataFolder } from '../files/data-lock.js'
import { DiskStateStore } from '../state/disk-state-store.js'
import { ensureDeviceKey } from './device-key.js'
import { findEnrolment } from './load-enrolment.js'

export interface JoinOptions {
  readonly data: string
  readonly token: string
  readonly labels: Labels
  readonly fetch: Fetch
}

/**
 * Makes a data folder a device of the fleet that issued the token.
 *
 * @throws UsageError `conflict` when it is one already, `unauthorized` when the server refuses;
 *   LinkError; StorageError
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
  { url, secret, root }: EnrolmentToken,
  { labels, fetch }: JoinOptions,
): Promise<Enrolment> {
  const state = new DiskStateStore(layout)
  const known = await findEnrolment(state)
  if (known !== undefined) {
    throw new UsageError(
      'conflict',
      `${layout.root} is device ${known.device} of a fleet already; give another --data`,
    )
  }
  const keys = await ensureDeviceKey(layout)
  const enrolment = await enrolDevice({ kind: 'agent', url, secret, root, keys, labels, fetch })
  await state.save('enrolment', enrolment)
  return enrolment
}
