import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import type {
  DelegatedRole,
  Hashes,
  RootDocument,
  SignedDocument,
  SnapshotDocument,
  TargetsDocument,
  TimestampDocument,
} from '@kedge/shared/trust/tuf/documents'
import type { FetchMetadata } from '@kedge/shared/trust/tuf/ports'
import type { TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import { webSha256 } from '@kedge/shared/util/sha256'
import { createSigner } from './test-signers.js'

/** Documents as their owner sees them: free to say anything. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? Draft<Item>[]
  : T extends object
    ? { -readonly [Field in keyof T]: Draft<T[Field]> }
    : T

const day = 86_400_000
export const topLevelRoles = ['root', 'timestamp', 'snapshot', 'targets'] as const

/** Where simulations begin. */
export const start = Date.UTC(2030, 0, 1)

/** `days` after the start, as metadata writes it. */
export const after = (days: number): string =>
  new Date(start + days * day).toISOString().replace('.000', '')

const common = () => ({ spec_version: '1.0.31', version: 0, expires: after(30) })

/** A repository in memory, signed on the fly, whose owner may be honest or not. */
export class SimulatedRepository {
  readonly root: Draft<RootDocument> = {
    _type: 'root',
    ...common(),
    consistent_snapshot: true,
    keys: {},
    roles: {
      root: { keyids: [], threshold: 1 },
      timestamp: { keyids: [], threshold: 1 },
      snapshot: { keyids: [], threshold: 1 },
      targets: { keyids: [], threshold: 1 },
    },
  }
  readonly timestamp: Draft<TimestampDocument> = {
    _type: 'timestamp',
    ...common(),
    meta: { 'snapshot.json': { version: 1 } },
  }
  readonly snapshot: Draft<SnapshotDocument> = { _type: 'snapshot', ...common(), meta: {} }
  readonly targets = newTargets()
  /** Targets and every delegated role. */
  readonly roles = new Map<string, Draft<TargetsDocument>>([['targets', this.targets]])
  readonly signers = new Map<string, TufSigner[]>()
  /** What is served, by name. */
  readonly files = new Map<string, Uint8Array>()
  /** The names that were asked for, in order. */
  readonly requests: string[] = []
  /** Whether snapshot and timestamp announce lengths and hashes too. */
  withHashes = false

  static async create(): Promise<SimulatedRepository> {
    const repository = new SimulatedRepository()
    for (const role of topLevelRoles) await repository.addKey(role)
    await repository.publish('root', 'targets', 'snapshot', 'timestamp')
    return repository
  }

  readonly fetch: FetchMetadata = (name) => {
    this.requests.push(name)
    return Promise.resolve(this.files.get(name))
  }

  /** Gives the role one more key, and signs with it from now on. */
  async addKey(role: string, signer?: TufSigner): Promise<TufSigner> {
    const added = signer ?? (await createSigner())
    const { keys, holder } = this.#holderOf(role)
    keys[added.keyId] = added.key
    holder.keyids.push(added.keyId)
    this.signers.set(role, [...(this.signers.get(role) ?? []), added])
    return added
  }

  /** A new key in place of all that the role had. */
  async rotateKeys(role: string): Promise<void> {
    this.#holderOf(role).holder.keyids.length = 0
    this.signers.set(role, [])
    await this.addKey(role)
  }

  /** Puts a role below another, with a key of its own. */
  async delegate(from: string, role: Partial<DelegatedRole> & { name: string }): Promise<void> {
    const delegations = (this.roles.get(from)!.delegations ??= { keys: {}, roles: [] })
    const signer = await createSigner()
    delegations.keys[signer.keyId] = signer.key
    const defaults = { threshold: 1, terminating: false }
    const paths = role.path_hash_prefixes ? {} : { paths: ['*'] }
    delegations.roles!.push({
      ...defaults,
      ...paths,
      ...(role as Draft<DelegatedRole>),
      keyids: [signer.keyId],
    })
    this.signers.set(role.name, [...(this.signers.get(role.name) ?? []), signer])
    if (!this.roles.has(role.name)) this.roles.set(role.name, newTargets())
  }

  async addTarget(role: string, path: string, content: Uint8Array): Promise<void> {
    this.roles.get(role)!.targets[path] = await describeFile(content)
  }

  /** The next version of each role, signed and served, and announced by the role above. */
  async publish(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      const document = this.documentOf(name)
      document.version += 1
      const bytes = await this.sign(name)
      this.files.set(name === 'timestamp' ? 'timestamp.json' : versioned(name, document), bytes)
      const announced = {
        version: document.version,
        ...(this.withHashes ? await describeFile(bytes) : {}),
      }
      if (name === 'snapshot') this.timestamp.meta['snapshot.json'] = announced
      else if (this.roles.has(name)) this.snapshot.meta[`${name}.json`] = announced
    }
  }

  /** The bytes of a role as it is now. */
  sign(name: string): Promise<Uint8Array> {
    return signMetadata(this.documentOf(name), this.signers.get(name) ?? [])
  }

  documentOf(name: string): Draft<SignedDocument> {
    if (name === 'root') return this.root
    if (name === 'timestamp') return this.timestamp
    return name === 'snapshot' ? this.snapshot : this.roles.get(name)!
  }

  #holderOf(role: string) {
    const top = topLevelRoles.find((name) => name === role)
    if (top) return { keys: this.root.keys, holder: this.root.roles[top] }
    for (const { delegations } of this.roles.values()) {
      const holder = delegations?.roles?.find(({ name }) => name === role)
      if (holder) return { keys: delegations!.keys, holder }
    }
    throw new TypeError(`nobody delegates to ${role}`)
  }
}

const newTargets = (): Draft<TargetsDocument> => ({ _type: 'targets', ...common(), targets: {} })

const versioned = (name: string, { version }: { version: number }) => `${version}.${name}.json`

export async function describeFile(
  content: Uint8Array,
): Promise<{ length: number; hashes: Draft<Hashes> }> {
  return { length: content.length, hashes: { sha256: await webSha256(content) } }
}
