import { topics } from '@kedge/shared/protocol/topics'
import type { ReleaseRef } from '@kedge/shared/model/release'
import { modelPaths, modelRole, releasePath } from '@kedge/shared/trust/release-target'
import type {
  DelegatedRole,
  RootDocument,
  SignedDocument,
  SnapshotDocument,
  TargetFile,
  TargetsDocument,
  TimestampDocument,
  TufKey,
} from '@kedge/shared/trust/tuf/documents'
import { createKeyFile, type KeyFile } from '@kedge/shared/trust/keys'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import { ed25519Signer, type TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import { importSigner } from '@kedge/shared/trust/keys'
import { fromBase64 } from '@kedge/shared/util/bytes'
import type { Clock } from '@kedge/shared/util/clock'
import type { MemoryBroker } from './memory-broker.js'

export async function tufSigner(file: KeyFile): Promise<TufSigner> {
  const { privateKey } = await importSigner(file)
  return ed25519Signer(privateKey, fromBase64(file.publicKey))
}

const tableOf = (signers: readonly TufSigner[]): Record<string, TufKey> =>
  Object.fromEntries(signers.map(({ keyId, key }) => [keyId, key]))

export const month = 30 * 24 * 3_600_000

export interface Vouching {
  readonly counter: number
  readonly revoked?: string
  /** Who signs the model's role; its publisher unless told. */
  readonly signers?: readonly TufSigner[]
}

/** What a root says beyond the keys of its roles. */
export interface RootChange {
  readonly rootKeys?: readonly TufSigner[]
  readonly fleetKeys?: readonly TufSigner[]
  readonly fleetThreshold?: number
  readonly epoch?: number
  readonly timestampKey?: TufSigner
}

interface Parts {
  readonly clock: Clock
  readonly broker: MemoryBroker
  readonly fleetId: string
  readonly publisher: TufSigner
  readonly online: TufSigner
  readonly targetsKey: TufSigner
}

/** A TUF repository of a fleet whose keys are all at hand, on a broker in memory. */
export class MemoryTrust {
  readonly #parts: Parts
  #rootKeys: readonly TufSigner[]
  #fleet: Required<Omit<RootChange, 'rootKeys'>>
  #targets = new Map<string, TargetsDocument>()
  #snapshot = 0
  #timestamp = 0
  rootVersion = 0
  /** The first root, with which devices are enrolled. */
  firstRoot = new Uint8Array()
  /** What time it is where things are signed. */
  now: () => number = () => this.#parts.clock.now()
  /** How long what is signed from now on lasts. */
  lifetimeMs = month

  private constructor(parts: Parts, rootKey: TufSigner, fleetKey: TufSigner) {
    this.#parts = parts
    this.#rootKeys = [rootKey]
    this.#fleet = { fleetKeys: [fleetKey], fleetThreshold: 1, epoch: 1, timestampKey: parts.online }
  }

  static async create(
    parts: Pick<Parts, 'clock' | 'broker' | 'fleetId'>,
    { fleetKey, publisher }: { fleetKey: KeyFile; publisher: KeyFile },
  ): Promise<MemoryTrust> {
    const [root, targets, online] = await Promise.all(
      ['root', 'targets', 'online'].map(async (name) => tufSigner(await createKeyFile(name))),
    )
    const keys = { publisher: await tufSigner(publisher), targetsKey: targets!, online: online! }
    const trust = new MemoryTrust({ ...parts, ...keys }, root!, await tufSigner(fleetKey))
    await trust.rotate()
    trust.firstRoot = trust.#retained('1.root.json')
    await trust.#putTargets('targets', {}, [keys.targetsKey])
    await trust.renew()
    return trust
  }

  get publisher(): TufSigner {
    return this.#parts.publisher
  }

  get online(): TufSigner {
    return this.#parts.online
  }

  get epoch(): number {
    return this.#fleet.epoch
  }

  /** The next root, signed by the old keys and its own. */
  async rotate(change: RootChange = {}): Promise<void> {
    const before = this.#rootKeys
    this.#rootKeys = change.rootKeys ?? before
    this.#fleet = { ...this.#fleet, ...change }
    this.rootVersion += 1
    await this.putRoot(this.rootDocument(), [...new Set([...before, ...this.#rootKeys])])
  }

  rootDocument(): RootDocument {
    const { fleetKeys, fleetThreshold, epoch, timestampKey } = this.#fleet
    const { online, targetsKey, fleetId } = this.#parts
    const role = (...signers: TufSigner[]) => ({
      keyids: signers.map(({ keyId }) => keyId),
      threshold: 1,
    })
    return {
      _type: 'root',
      ...this.#common(this.rootVersion),
      consistent_snapshot: true,
      keys: tableOf([...this.#rootKeys, online, targetsKey, timestampKey]),
      roles: {
        root: { ...role(...this.#rootKeys), threshold: this.#rootKeys.length },
        targets: role(targetsKey),
        snapshot: role(online),
        timestamp: role(timestampKey),
      },
      'x-kedge': {
        fleet: { keys: tableOf(fleetKeys), threshold: fleetThreshold },
        fleetId,
        fleetEpoch: epoch,
      },
    }
  }

  async putRoot(document: RootDocument, signers: readonly TufSigner[]): Promise<void> {
    await this.put(`${document.version}.root.json`, document, signers)
  }

  /** Lets the publisher of the model vouch for a release. */
  async vouch(ref: ReleaseRef, { counter, revoked, signers }: Vouching): Promise<void> {
    const role = modelRole(ref.model)
    if (!this.#targets.has(role)) await this.#delegate(ref.model)
    const kedge = { counter, createdAt: 0, ...(revoked !== undefined && { revoked }) }
    const target: TargetFile = {
      length: ref.length,
      hashes: { sha256: ref.sha256 },
      custom: { kedge },
    }
    const targets = { ...this.#targets.get(role)?.targets, [releasePath(ref)]: target }
    await this.#putTargets(role, targets, signers ?? [this.#parts.publisher])
    await this.renew()
  }

  /** Signs everything but the root anew, with new expiry times. */
  async renewAll(): Promise<void> {
    const { targetsKey, publisher } = this.#parts
    for (const [role, { targets }] of [...this.#targets]) {
      await this.#putTargets(role, targets, [role === 'targets' ? targetsKey : publisher])
    }
    await this.renew()
  }

  /** Signs snapshot and timestamp over what there is now. */
  async renew(): Promise<void> {
    const meta = [...this.#targets].map(([role, { version }]) => [`${role}.json`, { version }])
    const snapshot: SnapshotDocument = {
      _type: 'snapshot',
      ...this.#common(++this.#snapshot),
      meta: Object.fromEntries(meta) as SnapshotDocument['meta'],
    }
    await this.put(`${this.#snapshot}.snapshot.json`, snapshot, [this.#parts.online])
    await this.putTimestamp()
  }

  async putTimestamp(change: Partial<TimestampDocument> = {}): Promise<void> {
    const timestamp: TimestampDocument = {
      _type: 'timestamp',
      ...this.#common(++this.#timestamp),
      meta: { 'snapshot.json': { version: this.#snapshot } },
      ...change,
    }
    await this.put('timestamp.json', timestamp, [this.#fleet.timestampKey])
  }

  /** Any file, signed by anybody. */
  async put(
    name: string,
    document: SignedDocument,
    signers: readonly TufSigner[],
  ): Promise<Uint8Array> {
    const bytes = await signMetadata(document, signers)
    this.putBytes(name, bytes)
    return bytes
  }

  putBytes(name: string, bytes: Uint8Array): void {
    this.#parts.broker.publishBytes(topics.meta(name).path, bytes, true)
  }

  /** Takes a file off the broker. */
  withhold(name: string): Uint8Array {
    const bytes = this.#retained(name)
    this.#parts.broker.retained.delete(topics.meta(name).path)
    return bytes
  }

  targetsOf(model: string): TargetsDocument {
    return this.#targets.get(modelRole(model))!
  }

  #retained(name: string): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#parts.broker.retained.get(topics.meta(name).path)!)
  }

  async #delegate(model: string): Promise<void> {
    const { publisher, targetsKey } = this.#parts
    const top = this.#targets.get('targets')!
    const role: DelegatedRole = {
      name: modelRole(model),
      keyids: [publisher.keyId],
      threshold: 1,
      terminating: true,
      paths: [modelPaths(model)],
    }
    const roles = [...(top.delegations?.roles ?? []), role]
    const delegations = { keys: tableOf([publisher]), roles }
    this.#targets.set('targets', { ...top, delegations })
    await this.#putTargets('targets', {}, [targetsKey])
  }

  async #putTargets(
    role: string,
    targets: TargetsDocument['targets'],
    signers: readonly TufSigner[],
  ): Promise<void> {
    const before = this.#targets.get(role)
    const version = (before?.version ?? 0) + 1
    const document: TargetsDocument = {
      _type: 'targets',
      ...this.#common(version),
      targets,
      ...(before?.delegations && { delegations: before.delegations }),
    }
    this.#targets.set(role, document)
    await this.put(`${version}.${role}.json`, document, signers)
  }

  #common(version: number) {
    const until = this.now() + this.lifetimeMs
    // Whole seconds (4.2.1).
    const expires = new Date(until).toISOString().replace(/\.\d{3}Z$/, 'Z')
    return { spec_version: '1.0.31', version, expires }
  }
}
