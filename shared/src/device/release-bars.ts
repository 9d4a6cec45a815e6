import type { ReleaseRef } from '../model/release.js'
import type { DesiredState } from '../protocol/desired-state.js'
import type { Problem } from '../protocol/reported-state.js'
import type { ErrorCode } from '../errors/error-codes.js'
import type { ReleaseBars, SlotRecord } from './device-record.js'

/** More than any fleet has revoked; the oldest go, which their floors bar besides. */
const maxRevoked = 4_096

export interface Counted {
  readonly release: ReleaseRef
  /** The publisher's count; undefined before the publisher's word was looked up. */
  readonly counter?: number | undefined
}

type Bar = Problem & { code: ErrorCode & ('release-revoked' | 'release-below-floor') }

/** Why a release must not be deployed; undefined when it may. */
export function barOf(bars: ReleaseBars, { release, counter }: Counted): Bar | undefined {
  const name = `${release.model} ${release.version}`
  if (bars.revoked.includes(release.sha256)) {
    return { code: 'release-revoked', message: `${name} was revoked and must not run` }
  }
  // A model may be called `constructor`.
  const floor = Object.hasOwn(bars.floor, release.model) ? bars.floor[release.model] : undefined
  if (floor !== undefined && counter !== undefined && counter < floor) {
    const message = `${name} is release ${counter} of its model; ${floor} is the oldest allowed`
    return { code: 'release-below-floor', message }
  }
  return undefined
}

/**
 * Why the release that a slot serves must end. One below the floor serves on while there is nothing
 * else to serve (TRUST.md, "Device acceptance order", last rule); a revoked one never does.
 */
export function endOf(bars: ReleaseBars, { active, previous }: SlotRecord): Bar | undefined {
  const bar = active && barOf(bars, active)
  if (bar?.code !== 'release-below-floor') return bar
  return previous && !barOf(bars, previous) ? bar : undefined
}

/** Why a slot had to let go of a revoked release, or has to. */
export function revocationOf(
  bars: ReleaseBars,
  { active, withdrawn }: SlotRecord,
): Problem | undefined {
  const reasons = [active && barOf(bars, active), withdrawn]
  return reasons.find((reason) => reason?.code === 'release-revoked')
}

/**
 * The bars with what a desired state adds. Within an epoch they only grow: whoever steals the fleet
 * key cannot let a revoked release run again. Raising the epoch takes the root's holders.
 */
export function raiseBars(
  bars: ReleaseBars,
  { epoch, floor, revoked }: Pick<DesiredState, 'epoch' | 'floor' | 'revoked'>,
): ReleaseBars {
  const before = epoch > bars.epoch ? { floor: {}, revoked: [] } : bars
  const raised: Record<string, number> = { ...before.floor }
  for (const [model, least] of Object.entries(floor)) {
    raised[model] = Math.max(Object.hasOwn(raised, model) ? raised[model]! : 0, least)
  }
  return { epoch, floor: raised, revoked: withRevoked(before.revoked, revoked) }
}

export const withRevoked = (known: readonly string[], more: readonly string[]): string[] =>
  [...new Set([...known, ...more])].slice(-maxRevoked)
