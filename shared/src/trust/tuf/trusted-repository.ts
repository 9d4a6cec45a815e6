import { TrustError } from '../../errors/trust-error.js'
import { canonicalJson } from '../../util/canonical-json.js'
import { Exclusive } from '../../util/exclusive.js'
import { Ms } from '../../util/units.js'
import {
  checkFresh,
  checkSnapshotFollows,
  checkTimestampFollows,
  isAnnounced,
} from './check-order.js'
import type {
  DocumentTypes,
  MetaFile,
  RoleKeys,
  RootDocument,
  SnapshotDocument,
  TargetsDocument,
  TimestampDocument,
} from './documents.js'
import { findTarget, type Delegation, type TrustedTarget } from './find-target.js'
import { own } from './form.js'
import { checkNames } from './names.js'
import { defaultLimits, type RepositoryLimits, type RepositoryOptions } from './ports.js'
import { readFirstRoot, readNextRoot, revokesOnlineKeys } from './trusted-root.js'
import { readMetadata, verifyMetadata } from './verify-metadata.js'

type Kept = 'timestamp' | 'snapshot' | 'targets'

/** A file with enough signatures of a role's keys, as that role was described then. */
interface Trusted<T extends Kept = Kept> {
  readonly document: DocumentTypes[T]
  readonly bytes: Uint8Array
  readonly role: RoleKeys
  /** Which announcement has been found to mean it. */
  readonly meta?: MetaFile
}

/** The trusted state of a TUF repository, moved on by the client workflow (section 5). */
export class TrustedRepository {
  readonly #options: RepositoryOptions
  readonly #limits: RepositoryLimits
  readonly #turn = new Exclusive()
  /** By role, so that what has been verified is not verified again. */
  readonly #trusted = new Map<string, Trusted>()
  #root: RootDocument
  /** 5.1: the time stands still from one refresh to the next. */
  #now = Ms(0)
  /** Of the last refresh, unless that has failed before. */
  #snapshot: SnapshotDocument | undefined

  private constructor(options: RepositoryOptions, root: RootDocument) {
    this.#options = options
    this.#limits = { ...defaultLimits, ...options.limits }
    this.#root = root
  }

  /**
   * Starts from the `root.json` in the store (5.2), and asks nobody.
   * @throws TrustError `root-missing`, `metadata-invalid`, `signature-invalid`
   */
  static async open(options: RepositoryOptions): Promise<TrustedRepository> {
    const bytes = await options.store.read('root.json')
    if (!bytes) throw new TrustError('root-missing', 'the store has no root.json')
    return new TrustedRepository(options, await readFirstRoot(bytes))
  }

  get root(): RootDocument {
    return this.#root
  }

  /** Takes every newer root (5.3), and does not judge whether the last has expired. @throws TrustError */
  refreshRoot(): Promise<void> {
    return this.#turn.run(() => this.#updateRoot())
  }

  /** Root, timestamp, snapshot and top-level targets (5.3 to 5.6). @throws TrustError */
  refresh(): Promise<void> {
    return this.#turn.run(async () => {
      this.#now = this.#options.now()
      this.#snapshot = undefined
      await this.#updateRoot()
      checkFresh(this.#root, this.#now)
      const timestamp = await this.#updateTimestamp(this.#topLevel('timestamp'))
      const meta = timestamp.meta['snapshot.json']
      this.#snapshot = await this.#updateSnapshot(this.#topLevel('snapshot'), meta)
      await this.#updateTargets(this.#topLevel('targets'))
    })
  }

  /**
   * Looks a target up through the delegations (5.6.7), fetching their roles as needed; after refresh().
   * Undefined when no role that may name the path does.
   * @throws TrustError `metadata-missing` too while no refresh has succeeded since keys were taken away
   */
  target(path: string): Promise<TrustedTarget | undefined> {
    return this.#turn.run(() =>
      findTarget(path, {
        start: this.#topLevel('targets'),
        load: (delegation) => this.#updateTargets(delegation),
        mostRoles: this.#limits.delegations,
      }),
    )
  }

  #topLevel<T extends Kept>(type: T): Delegation<T> {
    const { roles, keys } = this.#root
    return { type, name: type, role: roles[type], keys }
  }

  /** 5.3.2 to 5.3.9, and 5.3.11. */
  async #updateRoot(): Promise<void> {
    const { store } = this.#options
    for (let taken = 0; taken < this.#limits.rootRotations; taken++) {
      const bytes = await this.#fetch(`${this.#root.version + 1}.root.json`, this.#limits.root)
      if (!bytes) return
      const next = await readNextRoot(bytes, this.#root)
      // 5.3.11, so that a repository can recover from versions that a thief has raised. Before the
      // root is written: a device that stops in between does it again.
      if (revokesOnlineKeys(this.#root, next)) {
        for (const name of ['timestamp', 'snapshot']) {
          await store.remove(`${name}.json`)
          this.#trusted.delete(name)
        }
        this.#snapshot = undefined
      }
      await store.write('root.json', bytes)
      this.#root = next
    }
  }

  /** 5.4 */
  async #updateTimestamp(by: Delegation<'timestamp'>): Promise<TimestampDocument> {
    const trusted = await this.#recall(by)
    const bytes = await this.#fetch('timestamp.json', this.#limits.timestamp)
    const next = await verify(bytes ?? missing('timestamp.json'), by)
    if (trusted) checkTimestampFollows(next.document, trusted.document)
    // 5.4.3.1: one with the same version is put aside, whatever else it says.
    const isSame = next.document.version === trusted?.document.version
    return this.#keep(by, isSame ? trusted : next)
  }

  /** 5.5 */
  async #updateSnapshot(by: Delegation<'snapshot'>, meta: MetaFile): Promise<SnapshotDocument> {
    const trusted = await this.#recall(by)
    const next = await this.#take(by, meta, trusted)
    if (trusted) checkSnapshotFollows(next.document, trusted.document)
    return this.#keep(by, next)
  }

  /** 5.6, of the top-level role or of a delegated one. */
  async #updateTargets(by: Delegation): Promise<TargetsDocument> {
    if (!this.#snapshot) throw new TrustError('metadata-missing', 'there is no trusted snapshot')
    const meta = own(this.#snapshot.meta, `${by.name}.json`)
    if (!meta) throw new TrustError('metadata-mixed', `snapshot does not list ${by.name}`)
    const trusted = await this.#recall(by)
    const next = await this.#take(by, meta, trusted)
    if (next !== trusted) (this.#options.names ?? checkNames)(next.document)
    return this.#keep(by, next)
  }

  /** The announced file: the trusted one when it is that, or else from the repository. */
  async #take<T extends 'snapshot' | 'targets'>(
    by: Delegation<T>,
    meta: MetaFile,
    trusted: Trusted<T> | undefined,
  ): Promise<Trusted<T>> {
    if (trusted && (await isMeant(trusted, meta))) return trusted
    // 5.5.1, 5.6.1
    const name = `${this.#root.consistent_snapshot ? `${meta.version}.` : ''}${by.name}.json`
    const limit = Math.min(meta.length ?? Infinity, this.#limits[by.type])
    const bytes = (await this.#fetch(name, limit)) ?? missing(name)
    // 5.5.2, 5.6.2; then the signatures, and then 5.5.4, 5.6.4
    if (await isAnnounced(bytes, meta)) {
      const next = { ...(await verify(bytes, by)), meta }
      if (next.document.version === meta.version) return next
    }
    throw new TrustError('metadata-mixed', `${name} is not the file that was announced`)
  }

  /** The kept file of a role, unless its keys no longer vouch for it. */
  async #recall<T extends Kept>(by: Delegation<T>): Promise<Trusted<T> | undefined> {
    const known = this.#trusted.get(by.name)
    // A role is described by one document: the same description has the same keys.
    if (known?.role === by.role) return known as Trusted<T>
    const bytes = await this.#options.store.read(`${by.name}.json`)
    if (!bytes) return undefined
    try {
      const verified = await verify(bytes, by)
      this.#trusted.set(by.name, verified)
      return verified
    } catch (error) {
      if (error instanceof TrustError) return undefined
      throw error
    }
  }

  /** The last two steps of 5.4 to 5.6: fresh, then written unless it is what was kept already. */
  async #keep<T extends Kept>(
    { name }: Delegation<T>,
    file: Trusted<T>,
  ): Promise<DocumentTypes[T]> {
    checkFresh(file.document, this.#now)
    if (this.#trusted.get(name) !== file) {
      await this.#options.store.write(`${name}.json`, file.bytes)
      this.#trusted.set(name, file)
    }
    return file.document
  }

  /** @throws TrustError `metadata-too-large` when the fetcher has not kept to the limit */
  async #fetch(name: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const bytes = await this.#options.fetch(name, maxBytes)
    if (!bytes || bytes.length <= maxBytes) return bytes
    throw new TrustError('metadata-too-large', `${name} is over ${maxBytes} bytes`)
  }
}

/** Whether a trusted file is the announced one; what was found before is not worked out again. */
async function isMeant(
  { document, bytes, meta: known }: Trusted,
  meta: MetaFile,
): Promise<boolean> {
  if (document.version !== meta.version) return false
  return (known && canonicalJson(known) === canonicalJson(meta)) || isAnnounced(bytes, meta)
}

function missing(name: string): never {
  throw new TrustError('metadata-missing', `there is no ${name}`)
}

/** @throws TrustError `metadata-invalid`, `signature-invalid` */
async function verify<T extends Kept>(bytes: Uint8Array, by: Delegation<T>): Promise<Trusted<T>> {
  const file = readMetadata(bytes, by.type)
  await verifyMetadata(file, by.role, by.keys)
  return { document: file.signed, bytes, role: by.role }
}
