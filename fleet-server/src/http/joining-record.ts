import { UsageError } from '@kedge/shared/errors/kedge-error'
import { entryOf } from '../accounts/record-visit.js'
import type { Visit } from '../accounts/actor.js'
import type { AuditLog } from '../audit/audit-log.js'
import type { AuditEntry } from '../audit/audit-record.js'
import type { EnrolmentOutcome } from '../devices/enrol-device.js'

/**
 * Keeps in the audit trail that a device joins, or begins to wait. Devices ask again and again, so
 * nothing is written of a request that changes nothing.
 */
export class JoiningRecord {
  readonly #audit: AuditLog
  readonly #visit: Visit
  #intent: AuditEntry | undefined

  constructor(audit: AuditLog, visit: Visit) {
    this.#audit = audit
    this.#visit = visit
  }

  /** To be told before the change is made. */
  async announce(device: string, kind: EnrolmentOutcome['kind']): Promise<void> {
    this.#intent = {
      ...entryOf(this.#visit, {
        action: kind === 'enrolled' ? 'device.enrol' : 'device.wait',
        object: `enrol/${device}`,
      }),
      // A device that enrols is nobody yet when it asks.
      actor: { kind: 'device', id: device, name: device },
      method: 'device-key',
    }
    await this.#audit.intend(this.#intent)
  }

  /** Runs the change and keeps what came of it; where that is not known, the intent stays. */
  async around(change: () => Promise<EnrolmentOutcome>): Promise<EnrolmentOutcome> {
    try {
      const outcome = await change()
      if (this.#intent && outcome.isNew) await this.#audit.settle(this.#intent)
      else if (this.#intent) await this.#audit.drop(this.#intent)
      return outcome
    } catch (error) {
      if (this.#intent && error instanceof UsageError) await this.#audit.drop(this.#intent)
      throw error
    }
  }
}
