import type { AccountTables } from './account-tables.js'
import type { Generated, Kysely, Transaction } from 'kysely'

/**
 * Every table, for both dialects. Times are ms since the epoch and documents are JSON text, so no
 * column needs a type that only one dialect has.
 */
export interface DatabaseSchema extends AccountTables {
  enrolmentToken: EnrolmentTokenTable
  device: DeviceTable
  waitingDevice: WaitingDeviceTable
  barredDevice: BarredDeviceTable
  reportedSlot: ReportedSlotTable
  desiredState: DesiredStateTable
  desiredSlot: DesiredSlotTable
  publisher: PublisherTable
  model: ModelTable
  release: ReleaseTable
  modelChunk: ModelChunkTable
  rollout: RolloutTable
  rolloutAttempt: RolloutAttemptTable
  telemetryStream: TelemetryStreamTable
  telemetryWindow: TelemetryWindowTable
  telemetryBucket: TelemetryBucketTable
  telemetryTotal: TelemetryTotalTable
  trustMetadata: TrustMetadataTable
}

export type Database = Kysely<DatabaseSchema>
/** What a query runs on: the database, or a transaction of it. */
export type Connection = Database | Transaction<DatabaseSchema>

interface EnrolmentTokenTable {
  id: string
  secretHash: string
  labels: string
  createdAt: number
  expiresAt: number
  uses: number
  usesLeft: number
  /** What may join by it; an agent's token admits browsers too. */
  kind: Generated<string>
  /** 1 where an operator has to agree to each device. */
  approve: Generated<number>
}

interface DeviceTable {
  id: string
  kind: string
  publicKey: string
  labels: string
  enrolledAt: number
  presence: string
  presenceSince: number
  lastSeen: number | null
  reported: string | null
  /** The envelope in which it was signed, and its place among the others. */
  report: Generated<string | null>
  reportChain: Generated<string | null>
  /** Since when its reports do not count; null while they do. */
  quarantinedAt: Generated<number | null>
  /** Until when a browser may connect; null for agents, which stay until they are revoked. */
  sessionExpires: Generated<number | null>
  /** The key of a browser's session before, and until when that one holds beside the new. */
  previousKey: Generated<string | null>
  previousUntil: Generated<number | null>
  /** The origin of the page that the session was given to. */
  sessionOrigin: Generated<string | null>
}

/** Has shown a token and a key, and waits for an operator's word. Not of the fleet yet. */
interface WaitingDeviceTable {
  id: string
  kind: string
  publicKey: string
  labels: string
  token: string
  address: string
  askedAt: number
}

/** A key that may not join again. */
interface BarredDeviceTable {
  id: string
  kind: string
  reason: string
  barredAt: number
}

/** What a device last said of one model, taken out of its report so that it can be counted. */
interface ReportedSlotTable {
  device: string
  model: string
  runningRelease: string | null
  runningVersion: string | null
  deploymentRelease: string | null
  deploymentRollout: string | null
  attempt: number | null
  state: string | null
  since: number | null
  progressDone: number | null
  progressTotal: number | null
  reasonCode: string | null
  reasonMessage: string | null
}

interface DesiredStateTable {
  device: string
  seq: number
  issuedAt: number
  expiresAt: number
  /** Everything but sequence and times, to see whether something has changed. */
  content: string
  envelope: string
}

interface DesiredSlotTable {
  device: string
  model: string
  version: string
  release: string
  rollout: string
  attempt: number
}

interface PublisherTable {
  id: string
  name: string
  publicKey: string
  createdAt: number
}

interface ModelTable {
  name: string
  createdAt: number
  /** The least counter a release may have; none is 0. */
  floor: number | null
}

interface ReleaseTable {
  model: string
  version: string
  sha256: string
  length: number
  createdAt: number
  publisher: string
  publisherName: string
  modelBytes: number
  newBytes: number
  chunks: number
  manifest: string
  /** As signed; null for a release from before metadata. */
  counter: number | null
  revokedAt: number | null
  revokedReason: string | null
}

/** Every chunk that some release of a model has: what a next one need not send. */
interface ModelChunkTable {
  model: string
  sha256: string
  length: number
}

interface RolloutTable {
  id: string
  name: string
  model: string
  version: string
  release: string
  releaseLength: number
  selector: string
  state: string
  createdAt: number
}

/** How often a failed release was retried on a device; none counts as 0. */
interface RolloutAttemptTable {
  rollout: string
  device: string
  attempt: number
}

interface TelemetryStreamTable {
  device: string
  stream: string
  /** All windows up to here are stored, or known to have been given up by the device. */
  upTo: number
  /** Sequence numbers passed over because the device said it gave them up. */
  missing: number
  dropped: string
}

interface TelemetryWindowTable {
  device: string
  stream: string
  seq: number
  model: string
  version: string
  fromAt: number
  toAt: number
  receivedAt: number
  body: string
}

/** Sums of the windows of one version on one device that begin in the same minute. */
interface TelemetryBucketTable {
  model: string
  version: string
  device: string
  startAt: number
  body: string
}

/** Sums of all windows of one version on one device. */
interface TelemetryTotalTable {
  model: string
  version: string
  device: string
  fromAt: number
  toAt: number
  body: string
}

/** Every version of every role's metadata that a device may still ask for. */
interface TrustMetadataTable {
  role: string
  version: number
  body: string
  expiresAt: number
  createdAt: number
}
