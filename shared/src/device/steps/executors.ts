import type { DesiredSlot } from '../../protocol/desired-state.js'
import { ModelError } from '../../errors/model-error.js'
import { checkSlotClass } from '../check-class.js'
import { advance, type Deployment } from '../deployment-machine.js'
import type { Step } from '../reconcile.js'
import { downloadFiles } from './download-files.js'
import { probeRelease } from './probe-release.js'
import { resolveRelease } from './resolve-release.js'
import { startActive } from './start-active.js'
import type { StepContext, StepResult } from './step-context.js'
import { switchRelease } from './switch-release.js'
import { verifyFiles } from './verify-files.js'
import { withdrawRelease } from './withdraw-release.js'

export type SlotStep = Exclude<Step, { kind: 'prune' }>

type Executors = {
  [Kind in SlotStep['kind']]: (
    step: Extract<SlotStep, { kind: Kind }>,
    context: StepContext,
    signal: AbortSignal,
  ) => Promise<StepResult> | StepResult
}

/** One executor for each kind of step: the only place where a device's decisions have effects. */
const executors: Executors = {
  start: ({ slot }, context) => startActive(slot, context),
  begin: async ({ slot, desired }, context) => {
    await context.service.discardCandidate(slot)
    return withDeployment(slot, context, newDeployment(desired, 'resolving', context))
  },
  settle: async ({ slot, desired }, context) => {
    await context.service.discardCandidate(slot)
    return withDeployment(slot, context, newDeployment(desired, 'active', context))
  },
  resolve: async ({ slot, deployment }, context, signal) =>
    withDeployment(slot, context, await resolveRelease(deployment, context, signal)),
  download: async ({ slot, deployment }, context, signal) =>
    withDeployment(slot, context, await downloadFiles(slot, deployment, { context, signal })),
  verify: async ({ slot, deployment }, context, signal) =>
    withDeployment(slot, context, await verifyFiles(deployment, context, signal)),
  probe: async ({ slot, deployment }, context, signal) =>
    withDeployment(slot, context, await probeRelease(slot, deployment, { context, signal })),
  switch: ({ slot, deployment }, context) => switchRelease(slot, deployment, context),
  refuse: async ({ slot, deployment, reason }, context) => {
    await context.service.discardCandidate(slot)
    const failed = advance(deployment, { type: 'failed', reason }, context.host.clock.now())
    return withDeployment(slot, context, failed)
  },
  withdraw: ({ slot, reason }, context) => withdrawRelease(slot, reason, context),
  drop: async ({ slot, reason }, context) => {
    await context.service.drop(slot)
    return reason && { withdrawn: reason }
  },
}

export async function executeStep(
  step: SlotStep,
  context: StepContext,
  signal: AbortSignal,
): Promise<StepResult> {
  return executors[step.kind](step as never, context, signal)
}

function newDeployment(
  wanted: DesiredSlot,
  state: 'resolving' | 'active',
  { host }: StepContext,
): Deployment {
  const { release, rollout, attempt, mode } = wanted
  checkSlotClass(wanted, host.machine.class)
  if (mode !== 'active') {
    throw new ModelError('model-unsupported', `this version cannot run a release as "${mode}"`)
  }
  return { release, rollout, attempt, state, since: host.clock.now(), moves: 0 }
}

const withDeployment = (
  slot: string,
  context: StepContext,
  deployment: Deployment,
): StepResult => ({
  ...context.slots[slot],
  deployment,
})
