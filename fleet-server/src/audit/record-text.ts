import type { AuditRecord } from './audit-record.js'

/**
 * What the hash of a row is taken over: all its fields in this fixed order, as JSON. Free of imports
 * that run, so that a browser can check the rows it is shown.
 */
export function textOfRecord(record: Omit<AuditRecord, 'hash'>): string {
  const { actor } = record
  return JSON.stringify([
    ...[record.n, record.prevHash, record.at, actor.kind, actor.id, actor.name],
    ...[record.method, record.ip, record.action, record.object],
    ...[record.before ?? null, record.after ?? null, record.requestId],
  ])
}
