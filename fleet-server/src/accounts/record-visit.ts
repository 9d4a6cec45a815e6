import type { AuditActor, AuditEntry } from '../audit/audit-record.js'
import type { Actor, Visit } from './actor.js'

const unknownActor: AuditActor = { kind: 'unknown', id: '', name: '' }

export const toAuditActor = (actor: Actor | undefined): AuditActor =>
  actor ? { kind: actor.kind, id: actor.id, name: actor.name } : unknownActor

/** A row of the trail about what a request did. */
export const entryOf = (
  { actor, ip, requestId }: Visit,
  what: Pick<AuditEntry, 'action' | 'object'> & Partial<AuditEntry>,
): AuditEntry => ({
  actor: toAuditActor(actor),
  method: actor?.method ?? 'none',
  ip,
  requestId,
  ...what,
})
