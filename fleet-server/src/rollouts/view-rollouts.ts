import { UsageError } from '@kedge/shared/errors/kedge-error'
import { parseSelector } from '@kedge/shared/protocol/selector'
import type { ServerContext } from '../context.js'
import type { Rollout } from './rollout.js'
import type { StoredRollout } from './rollout-repository.js'

type Parts = Pick<ServerContext, 'rollouts'>

/** @throws UsageError `not-found` */
export async function viewRollout(parts: Parts, id: string): Promise<Rollout> {
  const rollout = await parts.rollouts.find(id)
  if (rollout === undefined) throw new UsageError('not-found', `there is no rollout ${id}`)
  const [view] = await toViews(parts, [rollout])
  return view!
}

export interface RolloutQuery {
  /** Only rollouts made before, in ms since the epoch. */
  readonly before: number
  readonly limit: number
}

/** Newest first; `next` is the time before which the following page begins. */
export async function listRollouts(
  parts: Parts,
  { before, limit }: RolloutQuery,
): Promise<{ items: Rollout[]; next: string | null }> {
  const found = await parts.rollouts.list(before, limit + 1)
  const items = await toViews(parts, found.slice(0, limit))
  const last = items.at(-1)
  return { items, next: found.length > limit && last ? String(last.createdAt) : null }
}

async function toViews({ rollouts }: Parts, stored: readonly StoredRollout[]): Promise<Rollout[]> {
  const counts = await rollouts.counts(stored.map(({ id }) => id))
  const effective = await rollouts.effective()
  return stored.map((rollout) => ({
    id: rollout.id,
    name: rollout.name,
    model: rollout.model,
    version: rollout.version,
    release: rollout.release,
    select: rollout.selector,
    state: isSuperseded(rollout, effective) ? 'superseded' : rollout.state,
    createdAt: rollout.createdAt,
    counts: counts.get(rollout.id) ?? { matched: 0, active: 0, working: 0, failed: 0, waiting: 0 },
  }))
}

/** Whether a newer one surely selects every device that this one does, today and later. */
export function isSuperseded(rollout: StoredRollout, effective: readonly StoredRollout[]): boolean {
  const { model, createdAt, state } = rollout
  return (
    state === 'running' &&
    effective.some(
      (newer) =>
        newer.model === model &&
        newer.createdAt > createdAt &&
        newer.state === 'running' &&
        covers(newer.selector, rollout.selector),
    )
  )
}

const covers = (wide: string, narrow: string): boolean =>
  parseSelector(wide).length === 0 || wide.trim() === narrow.trim()
