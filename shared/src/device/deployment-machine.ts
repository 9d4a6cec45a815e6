import type { z } from 'zod'
import {
  reportedDeploymentSchema,
  type DeploymentState,
  type Problem,
} from '../protocol/reported-state.js'
import { countSchema } from '../util/scalars.js'

/** Where a release stands on its way to running here; saved before each step is taken. */
export const deploymentSchema = reportedDeploymentSchema.omit({ progress: true }).extend({
  /** Steps taken so far: a deployment that takes too many ends. */
  moves: countSchema,
  /** The publisher's count, once the release was resolved. */
  counter: countSchema.optional(),
})
export type Deployment = z.infer<typeof deploymentSchema>

export type DeploymentEvent =
  | { readonly type: 'resolved' | 'downloaded' | 'incomplete' | 'verified' }
  | { readonly type: 'healthy' | 'candidate-lost' | 'switched' }
  | { readonly type: 'failed'; readonly reason: Problem }

type TransitionTable = Record<
  DeploymentState,
  Partial<Record<DeploymentEvent['type'], DeploymentState>>
>

export const transitions = {
  resolving: { resolved: 'downloading', failed: 'failed' },
  downloading: { downloaded: 'verifying', incomplete: 'resolving', failed: 'failed' },
  verifying: { verified: 'probing', incomplete: 'downloading', failed: 'failed' },
  probing: { healthy: 'switching', incomplete: 'downloading', failed: 'failed' },
  switching: { switched: 'active', 'candidate-lost': 'probing', failed: 'failed' },
  active: {},
  failed: {},
} as const satisfies TransitionTable

/** A sound deployment takes five moves, and a few more when power fails; thirty is a loop. */
export const maxMoves = 30

/** The deployment after `event`; an event that its state does not know leaves it as it is. */
export function advance(deployment: Deployment, event: DeploymentEvent, now: number): Deployment {
  const table: TransitionTable = transitions
  const state = table[deployment.state][event.type]
  if (state === undefined) return deployment
  const { reason: _past, ...kept } = deployment
  return {
    ...kept,
    state,
    since: now,
    moves: deployment.moves + 1,
    ...(event.type === 'failed' && { reason: event.reason }),
  }
}

export const isSettled = (deployment: Deployment): boolean =>
  deployment.state === 'active' || deployment.state === 'failed'
