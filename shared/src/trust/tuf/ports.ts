import { KiB, MiB, type Ms } from '../../util/units.js'
import type { TargetsDocument } from './documents.js'

/**
 * Where the trusted files are kept, byte for byte as they came: `root.json`, `timestamp.json`,
 * `snapshot.json`, `targets.json`, `model.<name>.json`.
 * A write is atomic, and has reached the disk when its promise resolves.
 */
export interface MetadataStore {
  read(name: string): Promise<Uint8Array | undefined>
  write(name: string, bytes: Uint8Array): Promise<void>
  /** Of a file that is not there, too. */
  remove(name: string): Promise<void>
}

/**
 * Fetches a file of the repository by its name there: `3.root.json`, `timestamp.json`,
 * `7.snapshot.json`, `2.targets.json`, `4.model.<name>.json`. Gives up after `maxBytes`.
 * Resolves with undefined when the repository has no such file; rejects when it cannot be asked.
 */
export type FetchMetadata = (name: string, maxBytes: number) => Promise<Uint8Array | undefined>

export interface RepositoryOptions {
  readonly store: MetadataStore
  readonly fetch: FetchMetadata
  /** Trusted time (trusted-time.ts). Read once for each refresh (client workflow 5.1). */
  readonly now: () => Ms
  readonly limits?: Partial<RepositoryLimits>
  /** Throws on names of roles and targets that are not acceptable; checkNames() unless given. */
  readonly names?: (document: TargetsDocument) => void
}

/** Bytes, but for the last two. */
export interface RepositoryLimits {
  readonly root: number
  readonly timestamp: number
  readonly snapshot: number
  readonly targets: number
  /** New root files taken in one refresh. */
  readonly rootRotations: number
  /** Delegated roles asked for one target (client workflow 5.6.7.1). */
  readonly delegations: number
}

export const defaultLimits: RepositoryLimits = {
  root: KiB(64),
  timestamp: KiB(16),
  snapshot: MiB(1),
  targets: MiB(1),
  rootRotations: 1024,
  delegations: 32,
}
