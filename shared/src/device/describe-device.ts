import type { Enrolment } from '../protocol/enrolment.js'
import type {
  Problem,
  ReportedDeployment,
  ReportedSlot,
  ReportedState,
} from '../protocol/reported-state.js'
import type { Deployment } from './deployment-machine.js'
import { isEmpty, type SlotRecord } from './device-record.js'
import type { DeviceLoop } from './device-loop.js'
import type { DeviceState } from './device-state.js'
import type { InferenceService } from './inference-service.js'
import type { DeviceHost } from './ports/host.js'
import { toProblem } from './problem.js'
import { barOf } from './release-bars.js'

/** As many as a report takes. */
const maxProblems = 32

export interface DescribedParts {
  readonly host: DeviceHost
  readonly enrolment: Enrolment
  readonly state: DeviceState
  readonly service: InferenceService
  readonly loop: DeviceLoop
  readonly bootedAt: number
}

/** What the device says of itself, from what it is at this moment. */
export async function describeDevice(parts: DescribedParts): Promise<ReportedState> {
  const { host, state, enrolment, bootedAt } = parts
  const storage = await describeStorage(host)
  return {
    v: 1,
    device: enrolment.device,
    at: host.clock.now(),
    bootedAt,
    agent: host.agent,
    seqApplied: state.desired?.seq ?? 0,
    rootVersion: state.rootVersion,
    stale: state.staleness.length > 0,
    ...(state.staleSince !== undefined && { staleSince: state.staleSince }),
    clock: state.clock,
    capabilities: {
      ...host.machine,
      providers: [...host.inference.providers],
      engine: host.inference.engine,
    },
    storage: storage.space,
    slots: Object.fromEntries(
      Object.entries(state.record.slots)
        .filter(([, record]) => !isEmpty(record))
        .map(([slot, record]) => [slot, describeSlot(slot, record, parts)]),
    ),
    problems: [...storage.problems, ...problemsOf(parts)].slice(0, maxProblems),
  }
}

/** A disk that cannot even be asked must not keep the device from saying so. */
async function describeStorage({ models }: DeviceHost) {
  try {
    return { space: await models.space(), problems: [] }
  } catch (error) {
    const space = { usedBytes: 0, freeBytes: 0 }
    return { space, problems: [toProblem(error, 'storage-failed')] }
  }
}

function describeSlot(
  slot: string,
  { deployment }: SlotRecord,
  { service, loop }: DescribedParts,
): ReportedSlot {
  const serving = service.serving(slot)
  const progress = loop.progress(slot)
  return {
    ...(serving && {
      running: {
        release: serving.ref,
        since: serving.since,
        provider: serving.runner.provider,
        variant: serving.variant,
      },
    }),
    ...(deployment && { deployment: { ...toReported(deployment), ...(progress && { progress }) } }),
  }
}

function toReported({ moves: _moves, ...reported }: Deployment): ReportedDeployment {
  return reported
}

function problemsOf({ state, service, host }: DescribedParts): Problem[] {
  const problems: Problem[] = [...state.problems]
  for (const [slot, record] of Object.entries(state.record.slots)) {
    if (record.withdrawn) problems.push(describeWithdrawal(slot, record.withdrawn, record))
    const bar = record.active && barOf(state.record.bars, record.active)
    if (bar?.code === 'release-below-floor') {
      const message = `${bar.message}; it serves on while there is nothing else to serve`
      problems.push({ code: bar.code, message })
    }
    const crashes = service.crashes(slot)
    if (crashes > 0) {
      problems.push({
        code: 'runner-crashed',
        message: `the process that runs ${slot} has ended ${crashes} times since its version came`,
      })
    }
  }
  if (host.link.malformed > 0) {
    problems.push({
      code: host.link.malformedCode,
      message: `${host.link.malformed} messages from the broker did not match their schema`,
    })
  }
  return problems
}

function describeWithdrawal(slot: string, { code, message }: Problem, record: SlotRecord): Problem {
  const instead = record.active
    ? `${record.active.release.version} serves in its place`
    : `${slot} serves nothing until another release arrives`
  return { code, message: `${message}; ${instead}` }
}
