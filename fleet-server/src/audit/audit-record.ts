import { createHash } from 'node:crypto'
import { z } from 'zod'
import { countSchema, sha256Schema, timestampSchema } from '@kedge/shared/util/scalars'
import { textOfRecord } from './record-text.js'

/** Who did it: a person, a program, a device, the server by itself, or somebody unknown. */
export const auditActorSchema = z.object({
  kind: z.enum(['user', 'token', 'device', 'server', 'unknown']),
  id: z.string(),
  name: z.string(),
})
export type AuditActor = z.infer<typeof auditActorSchema>

/** One row of the trail. `before` and `after` are digests: the trail never holds a secret. */
export const auditRecordSchema = z.object({
  /** Counts from 1 without a gap. */
  n: countSchema,
  /** The hash of the row before; 64 zeros for the first. */
  prevHash: sha256Schema,
  at: timestampSchema,
  actor: auditActorSchema,
  /** How the actor was known: password, passkey, oidc, token … */
  method: z.string(),
  ip: z.string(),
  action: z.string(),
  object: z.string(),
  before: sha256Schema.optional(),
  after: sha256Schema.optional(),
  requestId: z.string(),
  hash: sha256Schema,
})
export type AuditRecord = z.infer<typeof auditRecordSchema>

/** What is said of a change; number, time and hashes follow from where it comes to stand. */
export type AuditEntry = Omit<AuditRecord, 'n' | 'prevHash' | 'at' | 'hash'>

export const beforeTheFirst = '0'.repeat(64)

/** SHA-256 over the text of a row. */
export const hashOfRecord = (record: Omit<AuditRecord, 'hash'>): string =>
  createHash('sha256').update(textOfRecord(record)).digest('hex')
