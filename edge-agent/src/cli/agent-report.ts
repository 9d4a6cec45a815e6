import { z } from 'zod'
import { deviceRecordSchema } from '@kedge/shared/device/device-record'
import {
  reportedStateSchema,
  type ReportedDeployment,
  type ReportedState,
} from '@kedge/shared/protocol/reported-state'
import { loadEnrolment } from '../config/load-enrolment.js'
import { dataLayout } from '../files/data-layout.js'
import { isDataFolderLocked } from '../files/data-lock.js'
import { findProcess, type AgentProcess } from '../files/process-file.js'
import { DiskStateStore } from '../state/disk-state-store.js'

/** What `status` tells of one model. */
export interface ModelReport {
  readonly model: string
  /** The version that serves, or served when the agent last ran. */
  readonly version?: string
  readonly since?: number
  readonly deployment?: Pick<ReportedDeployment, 'state' | 'since' | 'reason' | 'progress'> & {
    readonly version: string
  }
}

export interface AgentReport {
  readonly device: string
  readonly fleet: string
  readonly broker: string
  readonly agent: 'running' | 'stopped'
  readonly url?: string
  readonly pid?: number
  /** Known only while the agent runs. */
  readonly online?: boolean
  /** Version of the trust root, known only while the agent runs; as are the next three. */
  readonly rootVersion?: number
  /** The time that expiry is judged by, and whose it is. */
  readonly trustedTime?: { readonly now: number; readonly source: ReportedState['clock']['source'] }
  /** What it goes by has expired: it infers on and changes nothing. */
  readonly stale?: boolean
  readonly staleSince?: number
  readonly models: readonly ModelReport[]
  readonly problems: readonly { readonly code: string; readonly message: string }[]
}

const liveSchema = reportedStateSchema.extend({ online: z.boolean() })

/** Asks the agent on a data folder, or reads what it left on the disk. @throws UsageError, StorageError */
export async function reportAgent(data: string): Promise<AgentReport> {
  const layout = dataLayout(data)
  const state = new DiskStateStore(layout)
  const { device, fleet, brokerUrl: broker } = await loadEnrolment(state, data)
  const base = { device, fleet, broker }
  const running: Partial<AgentProcess> | undefined = isDataFolderLocked(layout)
    ? ((await findProcess(layout)) ?? {})
    : undefined
  const live = await askAgent(running?.url)
  if (running !== undefined && live !== undefined) {
    const { online, problems, slots, rootVersion, stale, staleSince, clock, at } = live
    return {
      ...base,
      agent: 'running',
      ...addressOf(running),
      online,
      rootVersion,
      trustedTime: { now: at + clock.offset, source: clock.source },
      stale,
      ...(staleSince !== undefined && { staleSince }),
      models: fromSlots(slots),
      problems,
    }
  }
  const stored = deviceRecordSchema.safeParse(await state.load('device'))
  return {
    ...base,
    agent: running ? 'running' : 'stopped',
    ...(running && addressOf(running)),
    models: stored.success ? fromRecord(stored.data.slots) : [],
    problems: [],
  }
}

const addressOf = ({ url, pid }: Partial<AgentProcess>) => ({
  ...(url !== undefined && { url }),
  ...(pid !== undefined && { pid }),
})

/** Undefined when it does not answer, as while it starts or stops. */
async function askAgent(url: string | undefined): Promise<z.infer<typeof liveSchema> | undefined> {
  if (url === undefined) return undefined
  try {
    const response = await fetch(`${url}/kedge/status`, { signal: AbortSignal.timeout(5_000) })
    return liveSchema.parse(await response.json())
  } catch {
    return undefined
  }
}

const fromSlots = (slots: ReportedState['slots']): ModelReport[] =>
  Object.entries(slots).map(([model, { running, deployment }]) => ({
    model,
    ...(running && { version: running.release.version, since: running.since }),
    ...(deployment && { deployment: toDeployment(deployment) }),
  }))

const fromRecord = (slots: z.infer<typeof deviceRecordSchema>['slots']): ModelReport[] =>
  Object.entries(slots).map(([model, { active, deployment }]) => ({
    model,
    ...(active && { version: active.release.version, since: active.since }),
    ...(deployment && { deployment: toDeployment(deployment) }),
  }))

const toDeployment = ({ release, state, since, reason, progress }: ReportedDeployment) => ({
  version: release.version,
  state,
  since,
  ...(reason && { reason }),
  ...(progress && { progress }),
})
