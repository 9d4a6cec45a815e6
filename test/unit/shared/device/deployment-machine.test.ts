import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  advance,
  maxMoves,
  transitions,
  type Deployment,
} from '@kedge/shared/device/deployment-machine'
import type { ReleaseRef } from '@kedge/shared/model/release'
import { deploymentStates, type DeploymentState } from '@kedge/shared/protocol/reported-state'
import { seededRuns } from '../../../support/seeded-runs.js'

const one: ReleaseRef = { model: 'scale', version: '1.0.0', sha256: '1'.repeat(64), length: 1 }

const deployment = (release: ReleaseRef, state: DeploymentState): Deployment => ({
  release,
  rollout: 'r-1',
  attempt: 0,
  state,
  since: 0,
  moves: 0,
})

describe('deployment machine', () => {
  it('reaches its end from every state when all goes well', () => {
    for (const state of deploymentStates) {
      let at = deployment(one, state)
      for (let moves = 0; moves < 6; moves++) {
        const [event] = Object.keys(transitions[at.state])
        if (event) at = advance(at, { type: event } as never, 5)
      }
      expect(['active', 'failed']).toContain(at.state)
    }
  })

  it('stays where it is at an event its state does not know', () => {
    const at = deployment(one, 'resolving')
    expect(advance(at, { type: 'switched' }, 5)).toBe(at)
    const failed = { type: 'failed', reason: { code: 'x', message: 'y' } } as const
    expect(advance(deployment(one, 'active'), failed, 5).state).toBe('active')
  })

  it('counts its moves, tells since when, and keeps a reason only for a failure', () => {
    const waiting = { ...deployment(one, 'downloading'), reason: { code: 'a', message: 'b' } }
    const moved = advance(waiting, { type: 'downloaded' }, 5)
    expect(moved).toEqual({ ...deployment(one, 'verifying'), since: 5, moves: 1 })
    const reason = { code: 'golden-mismatch', message: 'no' }
    const failed = advance(moved, { type: 'failed', reason }, 6)
    expect(failed).toMatchObject({ state: 'failed', since: 6, moves: 2, reason })
  })

  it('only ever adds moves, so that a loop comes to its limit', () => {
    const types = [...new Set(deploymentStates.flatMap((state) => Object.keys(transitions[state])))]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...types), { minLength: 1 }), (events) => {
        let at = deployment(one, 'resolving')
        for (const type of events) {
          const reason = { code: 'x', message: 'y' }
          const next = advance(at, { type, reason } as never, 1)
          expect(next === at || next.moves === at.moves + 1).toBe(true)
          at = next
        }
        expect(at.moves).toBeLessThanOrEqual(events.length)
      }),
      seededRuns(),
    )
    expect(maxMoves).toBeGreaterThanOrEqual(20)
  })
})
