import { TrustError } from '../../errors/trust-error.js'
import { Exclusive } from '../../util/exclusive.js'
import { KiB, MiB, type Ms } from '../../util/units.js'
import {
  checkFresh,
  checkSnapshotFollows,
  checkTimestampFollows,
  isAnnounced,
  snapshotOf,
} from './check-order.js'
import type {
  MetaFile,
  SignedDocument,
  SnapshotDocument,
  TargetsDocument,
  TimestampDocument,
  TopLevelRole,
} from './documents.js'
import { findTarget, type Delegation, type TrustedTarget } from './find-target.js'
import { own } from './form.js'
import { checkNames } from './names.js'
import type { RepositoryLimits, RepositoryOptions } from './ports.js'
import { readFirstRoot, readNextRoot, revokesOnlineKeys, type TrustedRoot } from './trusted-root.js'
import { readMetadata, verifyMetadata } from './verify-metadata.js'

const defaultLimits: RepositoryLimits = {
  root: KiB(64),
  timestamp: KiB(16),
  snapshot: MiB(1),
  targets: MiB(1),
  rootRotations: 1024,
  delegations: 32,
}

/** What one refresh has established, and when it began (5.1: the time stands still meanwhile). */
interface Refreshed {
  readonly now: Ms
  readonly snapshot: SnapshotDocument
}

type DocumentOf<T extends SignedDocument['_type']> = Extract<SignedDocument, { _type: T }>

/** A file with enough signatures of a role's keys, as that role was described then. */
interface Verified<T extends SignedDocument = SignedDocument> {
  readonly document: T
  readonly bytes: Uint8Array
  readonly by: Delegation['role']
}

/** A role's file, as the role above it announces it. */
interface Announced<T> {
  readonly type: T
  readonly meta: MetaFile
  readonly by: Delegation
  readonly now: Ms
}

/** The trusted state of a TUF repository, moved on by the client workflow (5.3 to 5.6). */
export class TrustedRepository {
  readonly #options: RepositoryOptions
  readonly #limits: RepositoryLimits
  readonly #turn = new Exclusive()
  #root: TrustedRoot
  #refreshed: Refreshed | undefined
  /** Trusted files by role, so that what has been verified is not verified again. */
  readonly #verified = new Map<string, Verified>()

  private constructor(options: RepositoryOptions, root: TrustedRoot) {
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

  get root(): TrustedRoot {
    return this.#root
  }

  /** Takes every newer root (5.3), and does not judge whether the last has expired. @throws TrustError */
  refreshRoot(): Promise<void> {
    return this.#turn.run(() => this.#updateRoot())
  }

  /** Root, timestamp, snapshot and top-level targets (5.3 to 5.6). @throws TrustError */
  refresh(): Promise<void> {
    return this.#turn.run(async () => {
      const now = this.#options.now()
      this.#refreshed = undefined
      await this.#updateRoot()
      checkFresh(this.#root.document, now)
      const timestamp = await this.#updateTimestamp(now)
      const snapshot = await this.#updateSnapshot(timestamp, now)
      this.#refreshed = { now, snapshot }
      await this.#loadTargets(this.#topLevel('targets'))
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
        load: (delegation) => this.#loadTargets(delegation),
        mostRoles: this.#limits.delegations,
      }),
    )
  }

  #topLevel(name: TopLevelRole): Delegation {
    const { roles, keys } = this.#root.document
    return { name, role: roles[name], keys }
  }

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
          this.#verified.delete(name)
        }
        this.#refreshed = undefined
      }
      await store.write('root.json', bytes)
      this.#root = next
    }
  }

  async #updateTimestamp(now: Ms): Promise<TimestampDocument> {
    const by = this.#topLevel('timestamp')
    const bytes = await this.#fetch('timestamp.json', this.#limits.timestamp)
    if (!bytes) throw new TrustError('metadata-missing', 'there is no timestamp.json')
    const next = await verify('timestamp', bytes, by)
    const trusted = await this.#trusted('timestamp', by)
    if (trusted) checkTimestampFollows(next.document, trusted.document)
    // 5.4.3.1: one with the same version is put aside, whatever else it says.
    const isNew = next.document.version !== trusted?.document.version
    const { document } = isNew ? next : trusted
    checkFresh(document, now)
    if (isNew) await this.#keep(by, next)
    return document
  }

  #updateSnapshot(timestamp: TimestampDocument, now: Ms): Promise<SnapshotDocument> {
    const by = this.#topLevel('snapshot')
    const announced = { type: 'snapshot', meta: snapshotOf(timestamp), by, now } as const
    return this.#update(announced, (next, trusted) => {
      if (trusted) checkSnapshotFollows(next, trusted)
    })
  }

  #loadTargets(by: Delegation): Promise<TargetsDocument> {
    if (!this.#refreshed) throw new TrustError('metadata-missing', 'there is no trusted snapshot')
    const { now, snapshot } = this.#refreshed
    const meta = own(snapshot.meta, `${by.name}.json`)
    if (!meta) throw new TrustError('metadata-mixed', `snapshot does not list ${by.name}`)
    const announced = { type: 'targets', meta, by, now } as const
    return this.#update(announced, this.#options.names ?? checkNames)
  }

  /** The announced file: the trusted one when it is that, else fetched, checked, and then kept. */
  async #update<T extends 'snapshot' | 'targets'>(
    { type, meta, by, now }: Announced<T>,
    check: (next: DocumentOf<T>, trusted: DocumentOf<T> | undefined) => void,
  ): Promise<DocumentOf<T>> {
    const trusted = await this.#trusted(type, by)
    if (trusted && (await isAnnounced(trusted.bytes, trusted.document, meta))) {
      checkFresh(trusted.document, now)
      return trusted.document
    }
    const prefix = this.#root.document.consistent_snapshot ? `${meta.version}.` : ''
    const name = `${prefix}${by.name}.json`
    const limit = Math.min(meta.length ?? Infinity, this.#limits[type])
    const bytes = await this.#fetch(name, limit)
    if (!bytes) throw new TrustError('metadata-missing', `there is no ${name}`)
    const next = await verify(type, bytes, by)
    if (!(await isAnnounced(bytes, next.document, meta))) {
      throw new TrustError('metadata-mixed', `${name} is not the file that was announced`)
    }
    check(next.document, trusted?.document)
    checkFresh(next.document, now)
    await this.#keep(by, next)
    return next.document
  }

  /** The kept file of a role, unless its keys no longer vouch for it. */
  async #trusted<T extends 'timestamp' | 'snapshot' | 'targets'>(
    type: T,
    by: Delegation,
  ): Promise<Verified<DocumentOf<T>> | undefined> {
    const known = this.#verified.get(by.name)
    // A role is described by one document: the same description has the same keys.
    if (known?.by === by.role) return known as Verified<DocumentOf<T>>
    const bytes = await this.#options.store.read(`${by.name}.json`)
    if (!bytes) return undefined
    try {
      const verified = await verify(type, bytes, by)
      this.#verified.set(by.name, verified)
      return verified
    } catch (error) {
      if (error instanceof TrustError) return undefined
      throw error
    }
  }

  async #keep({ name }: Delegation, verified: Verified): Promise<void> {
    await this.#options.store.write(`${name}.json`, verified.bytes)
    this.#verified.set(name, verified)
  }

  /** @throws TrustError `metadata-too-large` when the fetcher has not kept to the limit */
  async #fetch(name: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const bytes = await this.#options.fetch(name, maxBytes)
    if (bytes && bytes.length > maxBytes) {
      throw new TrustError('metadata-too-large', `${name} is over ${maxBytes} bytes`)
    }
    return bytes
  }
}

/** @throws TrustError `metadata-invalid`, `signature-invalid` */
async function verify<T extends SignedDocument['_type']>(
  type: T,
  bytes: Uint8Array,
  by: Delegation,
): Promise<Verified<DocumentOf<T>>> {
  const file = readMetadata(bytes, type)
  await verifyMetadata(file, by.role, by.keys)
  return { document: file.signed, bytes, by: by.role }
}
