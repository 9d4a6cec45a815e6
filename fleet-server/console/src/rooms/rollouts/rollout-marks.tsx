import type { Rollout, RolloutCounts } from '../../api/documents.js'
import { Mark } from '../../parts/mark.js'
import type { Shape, Tone } from '../../parts/tone.js'
import type { Share } from '../../parts/stacked-bar.js'

const states: Record<Rollout['state'], { tone: Tone; shape: Shape; says: string }> = {
  running: { tone: 'moving', shape: 'play', says: 'Devices that match get it, also later' },
  paused: { tone: 'warn', shape: 'bars', says: 'Devices that wait are told nothing for now' },
  aborted: { tone: 'idle', shape: 'cross', says: 'Its devices fell back to the rollout before' },
  superseded: { tone: 'idle', shape: 'next', says: 'A newer rollout decides for all its devices' },
}

export function RolloutMark({ state, counts }: Pick<Rollout, 'state' | 'counts'>) {
  const { tone, shape, says } = states[state]
  const done = state === 'running' && counts.matched > 0 && counts.active === counts.matched
  return (
    <span title={says}>
      {done ? (
        <Mark tone="good" shape="check">
          complete
        </Mark>
      ) : (
        <Mark tone={tone} shape={shape}>
          {state}
        </Mark>
      )}
    </span>
  )
}

/** In the order of a device's way: from what is done to what has not begun. */
export const sharesOf = (counts: RolloutCounts): Share[] => [
  { key: 'active', word: 'active', count: counts.active, tone: 'good', shape: 'check' },
  { key: 'working', word: 'working', count: counts.working, tone: 'moving', shape: 'half' },
  { key: 'failed', word: 'failed', count: counts.failed, tone: 'bad', shape: 'alert' },
  { key: 'waiting', word: 'waiting', count: counts.waiting, tone: 'idle', shape: 'dashes' },
]
