import path from 'node:path'
import type { Signer } from '@kedge/shared/trust/sign-envelope'
import type { PublicKey } from '@kedge/shared/trust/keys'
import { ServerError } from '@kedge/shared/errors/server-error'
import type { Clock } from '@kedge/shared/util/clock'
import { Hours, Minutes, Seconds } from '@kedge/shared/util/units'
import { writeFileAtomically } from '../files/write-file-atomically.js'
import type { Log } from '../observability/log.js'
import { beforeTheFirst } from './audit-record.js'
import type { AuditLog } from './audit-log.js'
import type { AuditRepository } from './audit-repository.js'
import { signCheckpoint, type CheckpointFile } from './checkpoint.js'

export interface CheckpointParts {
  readonly rows: AuditRepository
  readonly trail: Pick<AuditLog, 'recover'>
  readonly clock: Clock
  readonly log: Log
  readonly fleet: string
  /** Where checkpoints go; whoever copies them elsewhere can later prove what is missing here. */
  readonly folder: string
  /** Where checkpoints are posted to as well, out of reach of whoever has this machine. */
  readonly webhook: string | undefined
  readonly key: PublicKey
  readonly signer: Signer
}

const pause = Hours(1)
/** No request takes so long: what is still an intent then is followed by nobody. */
const followed = Minutes(10)
const webhookPatience = Seconds(10)

/** Signs how the trail stands: once an hour into a folder and to a webhook, and when somebody asks. */
export class CheckpointKeeper implements AsyncDisposable {
  readonly #parts: CheckpointParts
  readonly #stopping = new AbortController()
  #written = 0
  #posted = 0
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

  /**
   * Writes a checkpoint where rows were added since the last one, and posts it. One that did not
   * arrive is made up for by the next.
   */
  async write(): Promise<void> {
    const { rows, trail, clock } = this.#parts
    await trail.recover(clock.now() - followed)
    const { n } = (await rows.last()) ?? { n: 0 }
    const { webhook } = this.#parts
    const isPosted = webhook === undefined || n === this.#posted
    if (n === this.#written && isPosted) return
    const file = `${JSON.stringify(await this.sign(), null, 2)}\n`
    if (n !== this.#written) await this.#save(file)
    this.#written = n
    if (isPosted) return
    await post(webhook, file)
    this.#posted = n
  }

  #save(file: string): Promise<void> {
    const { clock, folder } = this.#parts
    const name = `${new Date(clock.now()).toISOString().slice(0, 19).replaceAll(':', '-')}.json`
    return writeFileAtomically(path.join(folder, name), file)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new DOMException('stopping', 'AbortError'))
    await this.#life
  }

  async #keepWriting(): Promise<void> {
    const { clock, log } = this.#parts
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await this.write().catch((err: unknown) =>
        log.error({ err }, 'no audit checkpoint was made or posted'),
      )
      await clock.sleep(pause, signal).catch(() => undefined)
    }
  }
}

/** @throws ServerError `http-failed` when the other end does not take it */
async function post(url: string, file: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const signal = AbortSignal.timeout(webhookPatience)
  let status: number
  try {
    // Never elsewhere than where the operator wants it to go.
    const answer = await fetch(url, {
      method: 'POST',
      body: file,
      headers,
      signal,
      redirect: 'error',
    })
    status = answer.status
    await answer.body?.cancel()
  } catch (cause) {
    throw new ServerError('http-failed', 'the audit webhook does not answer', { cause })
  }
  if (status >= 200 && status < 300) return
  throw new ServerError('http-failed', `the audit webhook answered ${status}`)
}
