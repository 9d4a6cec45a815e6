import { checkDocument } from '../model/document-codec.js'
import type { DesiredState } from '../protocol/desired-state.js'
import type { Enrolment } from '../protocol/enrolment.js'
import type { Problem } from '../protocol/reported-state.js'
import type { Envelope, TrustedKey } from '../trust/dsse.js'
import { importPublicKey } from '../trust/keys.js'
import { Exclusive } from '../util/exclusive.js'
import { checkFreshness, openDesired, type AcceptedState } from './desired-intake.js'
import {
  deviceRecordSchema,
  emptyRecord,
  type DeviceRecord,
  type SlotRecord,
} from './device-record.js'
import type { DeviceHost } from './ports/host.js'
import { toProblem } from './problem.js'

/** What the device knows of itself, in memory as it is on disk. */
export class DeviceState {
  readonly #host: DeviceHost
  readonly #enrolment: Enrolment
  readonly #fleetKeys: readonly TrustedKey[]
  readonly #writes = new Exclusive()
  readonly #arrivals = new Exclusive()
  #record: DeviceRecord
  #accepted: AcceptedState | undefined
  /** Why the last desired state was refused. */
  refusal: Problem | undefined

  private constructor(parts: {
    host: DeviceHost
    enrolment: Enrolment
    fleetKeys: readonly TrustedKey[]
    record: DeviceRecord
  }) {
    this.#host = parts.host
    this.#enrolment = parts.enrolment
    this.#fleetKeys = parts.fleetKeys
    this.#record = parts.record
  }

  static async load(host: DeviceHost, enrolment: Enrolment): Promise<DeviceState> {
    const fleetKeys = await Promise.all(enrolment.fleetKeys.map(importPublicKey))
    const stored = await host.state.load('device')
    const record = stored === undefined ? emptyRecord : checkRecord(stored, host)
    const state = new DeviceState({ host, enrolment, fleetKeys, record })
    if (record.desired) await state.#resume(record.desired)
    return state
  }

  get record(): DeviceRecord {
    return this.#record
  }

  get desired(): DesiredState | undefined {
    return this.#accepted?.state
  }

  get publishers(): readonly TrustedKey[] {
    return this.#accepted?.publishers ?? []
  }

  /** Expiry does not matter here: what was accepted in time goes on serving. */
  async #resume(desired: Envelope): Promise<void> {
    try {
      this.#accepted = await openDesired(desired, this.#enrolment, this.#fleetKeys)
    } catch (error) {
      // Another fleet's, after a new enrolment: this one's will come.
      this.#refuse(error)
    }
  }

  /** Takes a desired state over if it may: true when it changed what is desired. */
  accept(envelope: Envelope): Promise<boolean> {
    return this.#arrivals.run(() => this.#accept(envelope))
  }

  async #accept(envelope: Envelope): Promise<boolean> {
    try {
      const accepted = await openDesired(envelope, this.#enrolment, this.#fleetKeys)
      // The broker sends the retained state again at every connection.
      if (envelope.payload === this.#accepted?.envelope.payload) {
        this.refusal = undefined
        return false
      }
      checkFreshness(accepted.state, this.desired, this.#host.clock.now())
      await this.#save((record) => ({ ...record, desired: envelope }))
      this.#accepted = accepted
      this.refusal = undefined
      return true
    } catch (error) {
      this.#refuse(error)
      return false
    }
  }

  #refuse(error: unknown): void {
    this.refusal = toProblem(error, 'document-invalid')
    this.#host.log.warn('refused a desired state', { ...this.refusal })
  }

  /** Durable when it resolves. */
  saveSlot(slot: string, slotRecord: SlotRecord | undefined): Promise<void> {
    return this.#save((record) => {
      const { [slot]: _before, ...others } = record.slots
      return { ...record, slots: slotRecord ? { ...others, [slot]: slotRecord } : others }
    })
  }

  #save(change: (record: DeviceRecord) => DeviceRecord): Promise<void> {
    return this.#writes.run(async () => {
      const next = change(this.#record)
      await this.#host.state.save('device', next)
      this.#record = next
    })
  }
}

/** A record that does not match its schema is of no use; the device begins again, with its files. */
function checkRecord(stored: unknown, host: DeviceHost): DeviceRecord {
  try {
    return checkDocument(deviceRecordSchema, stored)
  } catch (error) {
    host.log.warn('the stored state cannot be read; beginning anew', { error: String(error) })
    return emptyRecord
  }
}
