import type { DesiredSlot } from '@kedge/shared/protocol/desired-state'
import type { Problem, ReportedSlot } from '@kedge/shared/protocol/reported-state'
import type { Device } from '../api/documents.js'
import type { Shape, Tone } from './tone.js'

/** Where one slot of a device stands, in the words and shapes the console uses everywhere. */
export interface SlotStanding {
  readonly model: string
  /** The version that answers now. */
  readonly running: string | undefined
  /** The version it is on its way to, or failed to reach. */
  readonly target: string | undefined
  readonly word: string
  readonly tone: Tone
  readonly shape: Shape
  /** Bytes that have arrived and that must, while they arrive. */
  readonly progress?: { readonly done: number; readonly total: number } | undefined
  readonly reason?: Problem | undefined
}

const settled = { word: 'active', tone: 'good', shape: 'check' } as const
const waiting = { word: 'waiting', tone: 'idle', shape: 'dashes' } as const
const failed = { word: 'failed', tone: 'bad', shape: 'alert' } as const

export function slotStandings(device: Device): SlotStanding[] {
  const desired = device.desired?.slots ?? {}
  const reported = device.reported?.slots ?? {}
  const models = new Set([...Object.keys(desired), ...Object.keys(reported)])
  return [...models].sort().map((model) => standingOf(model, desired[model], reported[model]))
}

function standingOf(
  model: string,
  desired: DesiredSlot | undefined,
  reported: ReportedSlot | undefined,
): SlotStanding {
  const running = reported?.running?.release.version
  const deployment = reported?.deployment
  const base = { model, running }
  if (desired === undefined) {
    return { ...base, target: undefined, word: 'leaving', tone: 'idle', shape: 'dashes' }
  }
  const target = desired.release.version
  const isCurrent =
    deployment?.release.sha256 === desired.release.sha256 && deployment.attempt === desired.attempt
  if (deployment === undefined || !isCurrent) {
    const there = reported?.running?.release.sha256 === desired.release.sha256
    return { ...base, target, ...(there ? settled : waiting) }
  }
  if (deployment.state === 'active') return { ...base, target, ...settled }
  if (deployment.state === 'failed') {
    return { ...base, target, ...failed, reason: deployment.reason }
  }
  return {
    ...base,
    target,
    word: deployment.state,
    tone: 'moving',
    shape: 'half',
    progress: deployment.progress,
    reason: deployment.reason,
  }
}
