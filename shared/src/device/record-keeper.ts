import { checkDocument } from '../model/document-codec.js'
import { Exclusive } from '../util/exclusive.js'
import { deviceRecordSchema, emptyRecord, type DeviceRecord } from './device-record.js'
import type { DeviceHost } from './ports/host.js'

/** The device's record, in memory as it is on the disk. */
export class RecordKeeper {
  readonly #host: Pick<DeviceHost, 'state'>
  readonly #writes = new Exclusive()
  #record: DeviceRecord

  private constructor(host: Pick<DeviceHost, 'state'>, record: DeviceRecord) {
    this.#host = host
    this.#record = record
  }

  static async load(host: Pick<DeviceHost, 'state' | 'log'>, fleet: string): Promise<RecordKeeper> {
    const stored = await host.state.load('device')
    const record = stored === undefined ? undefined : checkRecord(stored, host)
    return new RecordKeeper(host, record?.fleet === fleet ? record : emptyRecord(fleet))
  }

  get record(): DeviceRecord {
    return this.#record
  }

  /** Durable when it resolves; nothing has changed when it rejects. @throws StorageError */
  change(toNext: (record: DeviceRecord) => DeviceRecord): Promise<void> {
    return this.#writes.run(async () => {
      const next = toNext(this.#record)
      if (next === this.#record) return
      await this.#host.state.save('device', next)
      this.#record = next
    })
  }

  /** Resolves when nothing is being written. */
  idle(): Promise<void> {
    return this.#writes.idle()
  }
}

/** A record that does not match its schema is of no use; the device begins again, with its files. */
function checkRecord(stored: unknown, { log }: Pick<DeviceHost, 'log'>): DeviceRecord | undefined {
  try {
    return checkDocument(deviceRecordSchema, stored)
  } catch (error) {
    log.warn('the stored state cannot be read; beginning anew', { error: String(error) })
    return undefined
  }
}
