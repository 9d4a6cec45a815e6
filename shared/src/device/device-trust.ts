import { LinkError } from '../errors/device-error.js'
import { TrustError } from '../errors/trust-error.js'
import type { ReleaseRef } from '../model/release.js'
import type { Enrolment } from '../protocol/enrolment.js'
import type { Problem } from '../protocol/reported-state.js'
import { releaseCustomSchema, releasePath } from '../trust/release-target.js'
import type { Quorum } from '../trust/dsse.js'
import type { FleetExtension, RootDocument } from '../trust/tuf/documents.js'
import type { TrustedTarget } from '../trust/tuf/find-target.js'
import { TrustedRepository } from '../trust/tuf/trusted-repository.js'
import { fromBase64 } from '../util/bytes.js'
import { Exclusive } from '../util/exclusive.js'
import type { Ms } from '../util/units.js'
import { fetchMetadata } from './fetch-metadata.js'
import { fleetSigners } from './fleet-signers.js'
import { ExpiringStore } from './metadata-expiry.js'
import type { DeviceHost } from './ports/host.js'
import { toProblem } from './problem.js'
import type { TrustedClock } from './trusted-clock.js'

/** What a publisher says of a release. */
export interface Voucher {
  readonly counter: number
  /** Why the publisher took the release back. */
  readonly revoked?: string | undefined
}

/** Whom the device believes: the trusted root, and the metadata that hangs on it. */
export class DeviceTrust {
  readonly #host: DeviceHost
  readonly #refreshing = new Exclusive()
  readonly #closing = new AbortController()
  readonly #store: ExpiringStore
  #repository!: TrustedRepository
  /** The trusted root, with the keys that it lists: both change at once. */
  #root!: RootDocument
  #signers: Quorum = { keys: [], threshold: 1 }
  #expires: Ms | undefined
  /** Roots beyond this one count as not there: nothing says that they should be. */
  #knownRoot = 0
  /** What the last refresh has thrown: there is nothing to look a target up in then. */
  #failure: Error | undefined
  /** Why the metadata could not be refreshed the last time. */
  problem: Problem | undefined

  private constructor(host: DeviceHost) {
    this.#host = host
    this.#store = new ExpiringStore(host.metadata)
  }

  /** From what is stored, or from the root of the enrolment; asks nobody. @throws TrustError */
  static async open(
    host: DeviceHost,
    enrolment: Enrolment,
    clock: TrustedClock,
  ): Promise<DeviceTrust> {
    const trust = new DeviceTrust(host)
    const options = {
      store: trust.#store,
      now: () => clock.now(),
      fetch: (name: string, maxBytes: number) => trust.#fetch(name, maxBytes),
    }
    try {
      if ((await host.metadata.read('root.json')) === undefined) await restart(host, enrolment)
      trust.#repository = await TrustedRepository.open(options)
    } catch (error) {
      if (!(error instanceof TrustError)) throw error
      host.log.warn(
        'the stored trust root cannot be used; beginning with the one of the enrolment',
        {
          ...toProblem(error, 'root-missing'),
        },
      )
      await restart(host, enrolment)
      trust.#repository = await TrustedRepository.open(options)
    }
    await trust.#takeStock()
    return trust
  }

  get rootVersion(): number {
    return this.#root.version
  }

  /** Undefined with a root that is not a fleet's: nothing can be accepted then. */
  get fleet(): FleetExtension | undefined {
    return this.#root['x-kedge']
  }

  /** Keys of the fleet by the trusted root, and how many of them it takes. */
  get signers(): Quorum {
    return this.#signers
  }

  /** When the first of the trusted files expires; undefined before there is more than a root. */
  get expires(): Ms | undefined {
    return this.#expires
  }

  /**
   * Brings the root to the version that a desired state asks for.
   *
   * @throws TrustError, LinkError when it cannot be had
   */
  async reachRoot(version: number): Promise<void> {
    this.#knownRoot = Math.max(this.#knownRoot, version)
    if (this.rootVersion >= version) return
    await this.#refreshing.run(() => this.#moveRoot())
    if (this.rootVersion >= version) return
    throw new TrustError(
      'metadata-missing',
      `trust root ${version} is asked for, and after ${this.rootVersion} no other is to be had`,
    )
  }

  /** Takes the root that follows the trusted one, if there is one: true when there was. Throws nothing. */
  async tryNextRoot(): Promise<boolean> {
    const before = this.rootVersion
    const known = this.#knownRoot
    this.#knownRoot = Math.max(known, before + 1)
    try {
      await this.#refreshing.run(() => this.#moveRoot())
    } catch (error) {
      this.#note(error)
    }
    if (this.rootVersion > before) return true
    this.#knownRoot = known
    return false
  }

  /** Timestamp, snapshot and targets, verified and stored. @throws TrustError, LinkError, StorageError */
  refresh(): Promise<void> {
    return this.#refreshing.run(async () => {
      try {
        await this.#repository.refresh()
        this.#failure = undefined
        this.problem = undefined
      } catch (error) {
        this.#failure = error as Error
        this.#note(error)
        throw error
      } finally {
        await this.#takeStock()
      }
    })
  }

  /**
   * What the publisher of a model says of one release, which both sides must mean alike.
   *
   * @throws TrustError `release-unknown`, `release-mismatch`; whatever keeps the metadata from being
   *   read, which `problem` then tells
   */
  async vouch(ref: ReleaseRef): Promise<Voucher> {
    const target = await this.#find(releasePath(ref))
    const custom = releaseCustomSchema.safeParse(target?.custom)
    if (target === undefined || !custom.success) {
      throw new TrustError(
        'release-unknown',
        `no publisher of ${ref.model} has signed version ${ref.version}`,
      )
    }
    if (target.length !== ref.length || target.hashes['sha256'] !== ref.sha256) {
      throw new TrustError(
        'release-mismatch',
        `the fleet means ${ref.model} ${ref.version} with digest ${ref.sha256.slice(0, 12)} and ` +
          `${ref.length} bytes; its publisher has signed another`,
      )
    }
    return custom.data.kedge
  }

  /** Fetches nothing more; nothing is being written when it resolves. */
  async close(): Promise<void> {
    this.#closing.abort(new LinkError('link-offline', 'the device is stopping'))
    await this.#refreshing.idle()
  }

  async #find(path: string): Promise<TrustedTarget | undefined> {
    try {
      return await this.#refreshing.run(async () => {
        if (this.#failure !== undefined) throw this.#failure
        const target = await this.#repository.target(path)
        this.problem = undefined
        return target
      })
    } catch (error) {
      this.#note(error)
      throw error
    }
  }

  async #moveRoot(): Promise<void> {
    try {
      await this.#repository.refreshRoot()
    } finally {
      // Also when it got stuck on the way: the roots before that are trusted.
      await this.#takeStock()
    }
  }

  async #fetch(name: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const root = /^(\d+)\.root\.json$/.exec(name)?.[1]
    if (root !== undefined && Number(root) > this.#knownRoot) return undefined
    const { link, clock } = this.#host
    return fetchMetadata({ link, clock, signal: this.#closing.signal }, name, maxBytes)
  }

  async #takeStock(): Promise<void> {
    const { root } = this.#repository
    if (root !== this.#root) {
      this.#signers = await fleetSigners(root['x-kedge'])
      this.#root = root
    }
    this.#expires = await this.#store.firstExpiry(root)
  }

  #note(error: unknown): void {
    // Without a connection nothing is wrong with what is signed.
    if (error instanceof LinkError) return
    this.problem = toProblem(error, 'metadata-invalid')
    this.#host.log.warn('the signed metadata was not refreshed', { ...this.problem })
  }
}

/** Trust begins, or begins again, with the root that the enrolment gave. */
const restart = ({ metadata }: DeviceHost, { root }: Enrolment): Promise<void> =>
  metadata.write('root.json', fromBase64(root))
