import { UsageError } from '@kedge/shared/errors/kedge-error'
import { topics } from '@kedge/shared/protocol/topics'
import type { Signer } from '@kedge/shared/trust/sign-envelope'
import type { TargetsDocument } from '@kedge/shared/trust/tuf/documents'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import type { Clock } from '@kedge/shared/util/clock'
import { Exclusive } from '@kedge/shared/util/exclusive'
import { Hours, Minutes } from '@kedge/shared/util/units'
import type { DeviceOutbox } from '../devices/device-door.js'
import type { Log } from '../observability/log.js'
import { checkAsDevice } from './check-as-device.js'
import { checkSigned } from './check-signed.js'
import { checkCurrent, renewalAdvice } from './expiry.js'
import { foundRepository } from './found-repository.js'
import type { KeyFolder, ReadableKey } from './key-folder.js'
import { formatMetadataName, parseMetadataName } from './metadata-name.js'
import type { MetadataRepository, StoredMetadata } from './metadata-repository.js'
import { readUpload } from './read-upload.js'
import { renewals } from './renewals.js'
import { openRoot, type RootInForce } from './root-in-force.js'
import { signOnline } from './sign-online.js'

export interface TrustParts {
  readonly clock: Clock
  readonly log: Log
  readonly outbox: DeviceOutbox
  readonly repository: MetadataRepository
  readonly keys: KeyFolder
}

const renewalInterval = Minutes(30)

/**
 * The TUF repository of this fleet: what offline keys have signed, and the snapshot and timestamp that
 * the server signs over it at each change and before they expire.
 */
export class FleetTrust implements AsyncDisposable {
  readonly #parts: TrustParts
  readonly #changes = new Exclusive()
  readonly #ended = new AbortController()
  #inForce: RootInForce
  readonly #warned = new Map<string, string>()
  #onRoot: () => void = () => undefined
  #renewal: Promise<void> | undefined

  private constructor(parts: TrustParts, inForce: RootInForce) {
    this.#parts = parts
    this.#inForce = inForce
  }

  /**
   * Opens the repository; at the very first start it is founded, with development keys unless
   * `kedge key init` has prepared others.
   *
   * @throws UsageError when a key that must be here is missing
   */
  static async open(parts: TrustParts): Promise<FleetTrust> {
    if ((await parts.repository.find('root')) === undefined) await found(parts)
    const trust = new FleetTrust(parts, await readInForce(parts))
    await trust.renew()
    return trust
  }

  /** Renews what expires, until disposed. `onRoot` is called when another root is in force. */
  start(onRoot: () => void): void {
    this.#onRoot = onRoot
    this.#renewal = this.#renewForEver()
  }

  /** The name of the fleet. */
  get id(): string {
    return this.#inForce.fleet.fleetId
  }

  /** Signs desired states. */
  get signer(): Signer {
    return this.#inForce.signer
  }

  get epoch(): number {
    return this.#inForce.fleet.fleetEpoch
  }

  get rootVersion(): number {
    return this.#inForce.document.version
  }

  /** root.json, byte for byte. */
  get root(): Uint8Array {
    return this.#inForce.bytes
  }

  /** The bytes of a file, by its name in the repository or, for the newest, without a version. */
  async file(name: string): Promise<Uint8Array | undefined> {
    const { role, version } = parseMetadataName(name) ?? { role: unversioned(name) }
    if (role === undefined) return undefined
    return (await this.#parts.repository.find(role, version))?.bytes
  }

  /** The top-level targets in force. */
  async targets(): Promise<TargetsDocument> {
    const file = await this.#parts.repository.find('targets')
    if (file === undefined) throw new UsageError('not-found', 'there is no targets.json')
    return readMetadata(file.bytes, 'targets').signed
  }

  current(): Promise<Map<string, StoredMetadata>> {
    return this.#parts.repository.current()
  }

  all(): Promise<StoredMetadata[]> {
    return this.#parts.repository.all()
  }

  keys(): Promise<Map<string, ReadableKey>> {
    return this.#parts.keys.readable()
  }

  /**
   * Takes signed files into the repository, once every device would take them.
   *
   * @throws TrustError with the code that devices would report; UsageError `conflict` when another
   *   file of that version is there
   */
  accept(files: readonly StoredMetadata[]): Promise<void> {
    return this.#changes.run(() => this.#commit(files))
  }

  /** Signs anew what is due; what only offline keys can sign is warned of. */
  renew(): Promise<void> {
    return this.#changes.run(async () => {
      const { clock, keys } = this.#parts
      const due = await renewals(await this.current(), await keys.readable(), clock.now())
      for (const file of due.warnings) this.#warn(file)
      const isDone = due.files.length > 0 && (await this.#tryCommit(due.files))
      if (due.isDue && !isDone) await this.#commit([])
    })
  }

  /** What cannot be renewed must not keep the server's own files from being. */
  #tryCommit(files: readonly StoredMetadata[]): Promise<boolean> {
    return this.#commit(files).then(
      () => true,
      (err: unknown) => {
        this.#parts.log.error({ err }, 'signed metadata could not be renewed')
        return false
      },
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort(new Error('the server stops'))
    await this.#renewal
    await this.#changes.idle()
  }

  /** Once a day for each role, and once more when it is over. */
  #warn(file: StoredMetadata): void {
    const { clock, log } = this.#parts
    const now = clock.now()
    const isPast = file.expires <= now
    const said = `${file.version} ${Math.floor(now / Hours(24))} ${isPast}`
    if (this.#warned.get(file.role) === said) return
    this.#warned.set(file.role, said)
    log[isPast ? 'error' : 'warn']({ role: file.role }, renewalAdvice(file, now) ?? file.role)
  }

  async #commit(files: readonly StoredMetadata[]): Promise<void> {
    const { clock, keys, repository } = this.#parts
    const now = clock.now()
    const current = await repository.current()
    for (const file of files) checkNewer(file, current.get(file.role))
    await checkSigned(this.#inForce.document, files)
    const readable = await keys.readable()
    const root = files.findLast(({ role }) => role === 'root')
    const inForce = root ? await openRoot(root.bytes, readable) : this.#inForce
    const online = await signOnline({ current, files, keys: readable, now })
    if (files.length > 0) {
      checkCurrent(neededFor(files, current), now)
      await checkAsDevice({
        trusted: current.values(),
        files: [...current.values(), ...files, ...online],
        models: files.flatMap(({ role }) => modelOf(role) ?? []),
        now,
      })
    }
    await repository.add([...files, ...online], now)
    const before = this.rootVersion
    this.#inForce = inForce
    await this.#announce([...files, ...online])
    if (this.rootVersion !== before) this.#onRoot()
  }

  /** In the order in which a device may ask for them: the timestamp comes last. */
  async #announce(files: readonly StoredMetadata[]): Promise<void> {
    const { log, outbox } = this.#parts
    try {
      for (const { role, version, bytes } of files) {
        await outbox.publish(topics.meta(formatMetadataName(role, version)), bytes)
      }
    } catch (err) {
      log.warn({ err }, 'the broker did not take signed metadata; it gets it when it is back')
    }
  }

  async #renewForEver(): Promise<void> {
    const { clock, log } = this.#parts
    for (;;) {
      await clock.sleep(renewalInterval, this.#ended.signal).catch(() => undefined)
      if (this.#ended.signal.aborted) return
      await this.renew().catch((err: unknown) =>
        log.error({ err }, 'signed metadata could not be renewed; trying again'),
      )
    }
  }
}

function checkNewer(file: StoredMetadata, held: StoredMetadata | undefined): void {
  if (held === undefined || file.version > held.version) return
  throw new UsageError(
    'conflict',
    `version ${file.version} of ${file.role} is not newer than ${held.version}, which is in force; ` +
      'fetch that and sign the next one',
  )
}

/** What a device needs beside the server's own files to take a change, as it will be after it. */
function neededFor(
  files: readonly StoredMetadata[],
  current: ReadonlyMap<string, StoredMetadata>,
): StoredMetadata[] {
  const after = new Map([...current, ...files.map((file) => [file.role, file] as const)])
  const roles = new Set(['root', 'targets', ...files.map(({ role }) => role)])
  return [...roles].flatMap((role) => after.get(role) ?? [])
}

const modelOf = (role: string): string | undefined => /^model\.(.+)$/.exec(role)?.[1]

const unversioned = (name: string): string | undefined =>
  /^(root|targets|snapshot|model\.[a-z0-9-]+)\.json$/.exec(name)?.[1]

async function found({ clock, keys, repository }: TrustParts): Promise<void> {
  const now = clock.now()
  const made = await preparedOr(keys, async () =>
    foundRepository(await keys.foundingKeys(), { now, threshold: 1 }),
  )
  const files = [readUpload('1.root.json', made.root), readUpload('1.targets.json', made.targets)]
  await checkSigned(undefined, files)
  await repository.add(files, now)
}

type FirstFiles = Awaited<ReturnType<typeof foundRepository>>

async function preparedOr(keys: KeyFolder, make: () => Promise<FirstFiles>): Promise<FirstFiles> {
  const root = await keys.prepared('1.root.json')
  const targets = await keys.prepared('1.targets.json')
  return root && targets ? { root, targets } : make()
}

async function readInForce({ keys, repository }: TrustParts): Promise<RootInForce> {
  const file = await repository.find('root')
  if (file === undefined) throw new UsageError('not-found', 'there is no root.json')
  return openRoot(file.bytes, await keys.readable())
}
