// What TUF metadata files hold, with the names of the specification (version 1.0, section 4).
// Fields that are not listed here are covered by the signatures, and kept.

/** A public key (4.2): Ed25519 as 64 hexadecimal digits, RSA and ECDSA as PEM. Unknown kinds sign nothing. */
export interface TufKey {
  readonly keytype: string
  readonly scheme: string
  readonly keyval: { readonly public: string }
}

export type TufKeys = Readonly<Record<string, TufKey>>

/** Whose signatures count for a role, and how many distinct keys it takes. */
export interface RoleKeys {
  readonly keyids: readonly string[]
  readonly threshold: number
}

interface SignedFields {
  readonly spec_version: string
  readonly version: number
  /** `2026-11-23T22:00:00Z` */
  readonly expires: string
}

export type TopLevelRole = 'root' | 'timestamp' | 'snapshot' | 'targets'

export interface RootDocument extends SignedFields {
  readonly _type: 'root'
  readonly consistent_snapshot?: boolean
  readonly keys: TufKeys
  readonly roles: Readonly<Record<TopLevelRole, RoleKeys>>
  readonly 'x-kedge'?: FleetExtension
}

/** Kedge's own part of root: who signs desired states, and for which fleet. */
export interface FleetExtension {
  readonly fleet: { readonly keys: TufKeys; readonly threshold: number }
  readonly fleetId: string
  /** Raised when the server's sequence numbers are lost; desired states of older epochs are refused. */
  readonly fleetEpoch: number
}

/** Which file of another role counts now. */
export interface MetaFile {
  readonly version: number
  readonly length?: number
  readonly hashes?: Hashes
}

export type Hashes = Readonly<Record<string, string>>

export interface TimestampDocument extends SignedFields {
  readonly _type: 'timestamp'
  readonly meta: { readonly 'snapshot.json': MetaFile }
}

export interface SnapshotDocument extends SignedFields {
  readonly _type: 'snapshot'
  readonly meta: Readonly<Record<string, MetaFile>>
}

export interface TargetFile {
  readonly length: number
  readonly hashes: Hashes
  readonly custom?: Readonly<Record<string, unknown>>
}

export interface DelegatedRole extends RoleKeys {
  readonly name: string
  readonly terminating: boolean
  /** Shell patterns of `*` and `?`, neither of which matches `/`. */
  readonly paths?: readonly string[]
  /** Instead of `paths`: beginnings of the SHA-256 of a path. */
  readonly path_hash_prefixes?: readonly string[]
}

export interface Delegations {
  readonly keys: TufKeys
  readonly roles?: readonly DelegatedRole[]
}

export interface TargetsDocument extends SignedFields {
  readonly _type: 'targets'
  readonly targets: Readonly<Record<string, TargetFile>>
  readonly delegations?: Delegations
}

/** By `_type`. */
export interface DocumentTypes {
  root: RootDocument
  timestamp: TimestampDocument
  snapshot: SnapshotDocument
  targets: TargetsDocument
}

export type SignedDocument = DocumentTypes[keyof DocumentTypes]

export interface MetadataSignature {
  readonly keyid: string
  /** Hexadecimal. */
  readonly sig: string
}
