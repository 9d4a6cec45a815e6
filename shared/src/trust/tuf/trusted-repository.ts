import type { Ms } from '../../util/units.js'
import type { RootDocument, TargetFile, TufKeys } from './documents.js'
import type { RepositoryOptions } from './ports.js'

/** A root that this device trusts. */
export interface TrustedRoot {
  readonly version: number
  readonly expires: Ms
  readonly document: RootDocument
  /** Undefined in a repository that is not Kedge's. */
  readonly fleet: FleetTrust | undefined
}

/** Whose signatures make a desired state: at least `threshold` distinct keys of these. */
export interface FleetTrust {
  readonly keys: TufKeys
  readonly threshold: number
  readonly fleetId: string
  readonly fleetEpoch: number
}

/** A file that a publisher vouches for, and the role that named it. */
export interface TrustedTarget extends TargetFile {
  readonly path: string
  readonly role: string
}

/** The trusted state of a TUF repository, moved on by the client workflow (sections 5.3 to 5.7). */
export declare class TrustedRepository {
  private constructor()
  /**
   * Starts from the `root.json` in the store, and asks nobody.
   * @throws TrustError `root-missing`, `metadata-invalid`, `signature-invalid`
   */
  static open(options: RepositoryOptions): Promise<TrustedRepository>
  get root(): TrustedRoot
  /** Takes every newer root (5.3). @throws TrustError */
  refreshRoot(): Promise<void>
  /** Root, timestamp, snapshot and top-level targets (5.3 to 5.6). @throws TrustError */
  refresh(): Promise<void>
  /**
   * Looks a target up through the delegations (5.6.7), fetching their roles as needed; after refresh().
   * Undefined when no role that may name the path does. @throws TrustError
   */
  target(path: string): Promise<TrustedTarget | undefined>
}

/**
 * Checks a first root that came by a trusted way: its form, and that it is signed by its own keys.
 * Whoever calls writes the bytes to the store as `root.json`.
 * @throws TrustError `metadata-invalid`, `signature-invalid`
 */
export declare function readFirstRoot(bytes: Uint8Array): Promise<TrustedRoot>
