import { ServerError } from '@kedge/shared/errors/server-error'
import type { Clock } from '@kedge/shared/util/clock'
import { Exclusive } from '@kedge/shared/util/exclusive'
import { beforeTheFirst, hashOfRecord, type AuditEntry } from './audit-record.js'
import type { AuditRepository } from './audit-repository.js'
import type { IntentRepository } from './intent-repository.js'

interface Tail {
  readonly n: number
  readonly hash: string
}

/** Other servers on the same database may be faster a few times, never for long. */
const mostTries = 50

/**
 * The one writer of the trail in this process: each row carries the hash of the one before it. A
 * change is kept as an intent before it is made, apart from the chain, so that changes need not wait
 * for each other; its row takes the place of the intent in one transaction.
 */
export class AuditLog {
  readonly #rows: AuditRepository
  readonly #intents: IntentRepository
  readonly #clock: Clock
  readonly #turns = new Exclusive()
  #tail: Tail | undefined

  constructor(rows: AuditRepository, intents: IntentRepository, clock: Clock) {
    this.#rows = rows
    this.#intents = intents
    this.#clock = clock
  }

  /** Writes a row. @throws ServerError `database-failed` */
  append(entry: AuditEntry): Promise<void> {
    return this.#turns.run(() => this.#append(entry))
  }

  /** Keeps what is about to be changed, until `settle` or `drop` says what came of it. */
  async intend(entry: AuditEntry): Promise<void> {
    await this.#intents.add(entry, this.#clock.now())
  }

  /** Writes a row in the place of the intent of the same request. */
  settle(entry: AuditEntry): Promise<void> {
    return this.#turns.run(() => this.#append(entry, entry.requestId))
  }

  /** Nothing has changed: the request was refused. */
  async drop({ requestId }: Pick<AuditEntry, 'requestId'>): Promise<void> {
    await this.#intents.remove(requestId)
  }

  /** Writes a row that says: this was asked for, and nobody knows how far it came. */
  settleUnfinished(entry: AuditEntry): Promise<void> {
    return this.settle({ ...entry, action: `${entry.action}.unfinished` })
  }

  /**
   * Writes rows for the intents of before `time` that nobody follows any more: those of a server that
   * was killed, or that could not write in the end.
   */
  async recover(time: number): Promise<void> {
    for (const entry of await this.#intents.before(time)) await this.settleUnfinished(entry)
  }

  async #append(entry: AuditEntry, intent?: string): Promise<void> {
    for (let tries = 0; tries < mostTries; tries++) {
      // Kept from row to row, so that rows taken away behind our back leave a gap to be seen.
      this.#tail ??= (await this.#rows.last()) ?? { n: 0, hash: beforeTheFirst }
      const { n, hash: prevHash } = this.#tail
      const record = { ...entry, n: n + 1, prevHash, at: this.#clock.now() }
      const hash = hashOfRecord(record)
      if (await this.#rows.add({ ...record, hash }, intent)) {
        this.#tail = { n: n + 1, hash }
        return
      }
      this.#tail = undefined
    }
    throw new ServerError('database-failed', 'the audit trail could not be written: no free number')
  }
}
