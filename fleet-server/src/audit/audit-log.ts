import { ServerError } from '@kedge/shared/errors/server-error'
import type { Clock } from '@kedge/shared/util/clock'
import { Exclusive } from '@kedge/shared/util/exclusive'
import { beforeTheFirst, hashOfRecord, type AuditEntry } from './audit-record.js'
import type { AuditRepository } from './audit-repository.js'

interface Tail {
  readonly n: number
  readonly hash: string
}

/** Other servers on the same database may be faster a few times, never for long. */
const mostTries = 50

/** The one writer of the trail in this process: each row carries the hash of the one before it. */
export class AuditLog {
  readonly #rows: AuditRepository
  readonly #clock: Clock
  readonly #turns = new Exclusive()
  #tail: Tail | undefined

  constructor(rows: AuditRepository, clock: Clock) {
    this.#rows = rows
    this.#clock = clock
  }

  /** Writes a row. @throws ServerError `database-failed` */
  append(entry: AuditEntry): Promise<void> {
    return this.#turns.run(() => this.#append(entry))
  }

  async #append(entry: AuditEntry): Promise<void> {
    for (let tries = 0; tries < mostTries; tries++) {
      // Kept from row to row, so that rows taken away behind our back leave a gap to be seen.
      this.#tail ??= (await this.#rows.last()) ?? { n: 0, hash: beforeTheFirst }
      const { n, hash: prevHash } = this.#tail
      const record = { ...entry, n: n + 1, prevHash, at: this.#clock.now() }
      const hash = hashOfRecord(record)
      if (await this.#rows.add({ ...record, hash })) {
        this.#tail = { n: n + 1, hash }
        return
      }
      this.#tail = undefined
    }
    throw new ServerError('database-failed', 'the audit trail could not be written: no free number')
  }
}
