import type Database from 'libsql'
import { DocumentError } from '@kedge/shared/errors/document-error'
import type { TelemetrySpool } from '@kedge/shared/device/ports/telemetry'
import { cborCodec } from '@kedge/shared/model/document-codec'
import type { SequencedWindow } from '@kedge/shared/protocol/telemetry'
import { windowSchema, type TelemetryWindow } from '@kedge/shared/telemetry/window'
import { toHex } from '@kedge/shared/util/bytes'
import type { Entropy } from '@kedge/shared/util/entropy'
import { MiB, type Bytes } from '@kedge/shared/util/units'
import { toStorageError } from '../files/storage-faults.js'
import { openSpoolDatabase } from './spool-database.js'

export interface SpoolOptions {
  readonly file: string
  readonly entropy: Entropy
  /** Encoded windows kept at most; beyond it the oldest are given up. */
  readonly maxBytes?: Bytes
}

interface Row {
  readonly seq: number
  /** libsql hands blobs over as Buffer or ArrayBuffer, by version. */
  readonly body: Uint8Array | ArrayBuffer
}

const codec = cborCodec(windowSchema)

/** Windows in an SQLite file that is fsynced at every commit. */
export class SqliteSpool implements TelemetrySpool, Disposable {
  readonly stream: string
  readonly #database: Database.Database
  readonly #file: string
  readonly #maxBytes: number
  #bytes: number

  /** @throws StorageError */
  constructor({ file, entropy, maxBytes = MiB(16) }: SpoolOptions) {
    this.#file = file
    this.#maxBytes = maxBytes
    this.#database = openSpoolDatabase(file)
    this.stream = this.#loadStream(entropy)
    this.#bytes = this.#sumBytes()
  }

  append(window: TelemetryWindow): Promise<void> {
    return this.#settle('append to', () => {
      const body = codec.encode(window)
      // In a list: libsql takes a lone typed array for named parameters and aborts the process.
      this.#database.prepare('INSERT INTO windows (body) VALUES (?)').run([body])
      this.#bytes += body.length
      if (this.#bytes > this.#maxBytes) this.#dropOldest()
    })
  }

  pending(after: number, limit: number): Promise<SequencedWindow[]> {
    return this.#settle('read', () => {
      const rows = this.#database
        .prepare('SELECT seq, body FROM windows WHERE seq > ? ORDER BY seq LIMIT ?')
        .all(after, limit) as Row[]
      return rows.flatMap((row) => this.#decode(row))
    })
  }

  trim(upTo: number): Promise<void> {
    return this.#settle('trim', () => {
      const { changes } = this.#database.prepare('DELETE FROM windows WHERE seq <= ?').run(upTo)
      if (changes > 0) this.#bytes = this.#sumBytes()
    })
  }

  dropped(): Promise<Record<string, number>> {
    return this.#settle('read', () => {
      const rows = this.#database.prepare('SELECT reason, count FROM dropped').all() as {
        reason: string
        count: number
      }[]
      return Object.fromEntries(rows.map(({ reason, count }) => [reason, count]))
    })
  }

  [Symbol.dispose](): void {
    this.#database.close()
  }

  /** A row that cannot be read would hold up all behind it: it is given up and counted. */
  #decode({ seq, body }: Row): SequencedWindow[] {
    try {
      return [{ ...codec.decode(new Uint8Array(body)), seq }]
    } catch (cause) {
      if (!(cause instanceof DocumentError)) throw cause
      this.#drop([seq], 'unreadable')
      return []
    }
  }

  #dropOldest(): void {
    const rows = this.#database
      .prepare('SELECT seq, length(body) AS bytes FROM windows ORDER BY seq LIMIT 1000')
      .all() as { seq: number; bytes: number }[]
    const given: number[] = []
    let excess = this.#bytes - this.#maxBytes
    // The window that was just appended stays, however large.
    for (const { seq, bytes } of rows.slice(0, -1)) {
      if (excess <= 0) break
      given.push(seq)
      excess -= bytes
    }
    if (given.length > 0) this.#drop(given, 'spool-full')
  }

  /** Gives windows up and counts them, both or neither. */
  #drop(seqs: readonly number[], reason: string): void {
    const remove = this.#database.prepare('DELETE FROM windows WHERE seq = ?')
    const count = this.#database.prepare(
      'INSERT INTO dropped VALUES (?, ?) ON CONFLICT (reason) DO UPDATE SET count = count + excluded.count',
    )
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      for (const seq of seqs) remove.run(seq)
      count.run(reason, seqs.length)
      this.#database.exec('COMMIT')
    } catch (cause) {
      this.#database.exec('ROLLBACK')
      throw cause
    }
    this.#bytes = this.#sumBytes()
  }

  #sumBytes(): number {
    const row = this.#database
      .prepare('SELECT coalesce(sum(length(body)), 0) AS bytes FROM windows')
      .get() as { bytes: number }
    return row.bytes
  }

  #loadStream(entropy: Entropy): string {
    const found = this.#database.prepare('SELECT stream FROM spool').get() as
      { stream: string } | undefined
    if (found !== undefined) return found.stream
    const stream = toHex(entropy.bytes(8))
    this.#database.prepare('INSERT INTO spool VALUES (?)').run(stream)
    return stream
  }

  // SQLite works on this thread; the promise is the port's, so that a browser can take its time.
  #settle<T>(doing: string, work: () => T): Promise<T> {
    try {
      return Promise.resolve(work())
    } catch (cause) {
      return Promise.reject(toStorageError(cause, { doing: `${doing} the spool ${this.#file}` }))
    }
  }
}
