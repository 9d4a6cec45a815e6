import path from 'node:path'
import type { Signer } from '@kedge/shared/trust/dsse'
import type { PublicKey } from '@kedge/shared/trust/keys'
import type { Clock } from '@kedge/shared/util/clock'
import { Hours } from '@kedge/shared/util/units'
import { writeFileAtomically } from '../files/write-file-atomically.js'
import type { Log } from '../observability/log.js'
import { beforeTheFirst } from './audit-record.js'
import type { AuditRepository } from './audit-repository.js'
import { signCheckpoint, type CheckpointFile } from './checkpoint.js'

export interface CheckpointParts {
  readonly rows: AuditRepository
  readonly clock: Clock
  readonly log: Log
  readonly fleet: string
  /** Where checkpoints go; whoever copies them elsewhere can later prove what is missing here. */
  readonly folder: string
  readonly key: PublicKey
  readonly signer: Signer
}

const pause = Hours(1)

/** Signs how the trail stands: once an hour into a folder, and whenever somebody asks. */
export class CheckpointKeeper implements AsyncDisposable {
  readonly #parts: CheckpointParts
  readonly #stopping = new AbortController()
  #written = 0
  #life: Promise<void> = Promise.resolve()

  constructor(parts: CheckpointParts) {
    this.#parts = parts
  }

  start(): void {
    this.#life = this.#keepWriting()
  }

  async sign(): Promise<CheckpointFile> {
    const { rows, clock, fleet, key, signer } = this.#parts
    const { n, hash } = (await rows.last()) ?? { n: 0, hash: beforeTheFirst }
    return signCheckpoint({ fleet, at: clock.now(), n, hash }, key, signer)
  }

  /** Writes a checkpoint where rows were added since the last one. */
  async write(): Promise<void> {
    const { rows, clock, folder } = this.#parts
    const { n } = (await rows.last()) ?? { n: 0 }
    if (n === this.#written) return
    const name = `${new Date(clock.now()).toISOString().slice(0, 19).replaceAll(':', '-')}.json`
    const file = await this.sign()
    await writeFileAtomically(path.join(folder, name), `${JSON.stringify(file, null, 2)}\n`)
    this.#written = n
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new DOMException('stopping', 'AbortError'))
    await this.#life
  }

  async #keepWriting(): Promise<void> {
    const { clock, log } = this.#parts
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await this.write().catch((err: unknown) => log.error({ err }, 'no audit checkpoint was made'))
      await clock.sleep(pause, signal).catch(() => undefined)
    }
  }
}
