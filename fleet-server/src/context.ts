import type { DeviceKind } from '@kedge/shared/protocol/enrolment'
import type { Clock } from '@kedge/shared/util/clock'
import type { Entropy } from '@kedge/shared/util/entropy'
import type { Accounts } from './accounts/accounts.js'
import type { AuditRepository } from './audit/audit-repository.js'
import type { CheckpointKeeper } from './audit/checkpoint-keeper.js'
import type { BlobStore } from './blobs/blob-store.js'
import type { ServerConfig } from './config/config.js'
import type { DesiredRefresh } from './devices/desired-refresh.js'
import type { DesiredStateRepository } from './devices/desired-state-repository.js'
import type { DeviceOutbox } from './devices/device-door.js'
import type { BrowserSessionRepository } from './devices/browser-session-repository.js'
import type { DeviceRepository } from './devices/device-repository.js'
import type { EnrolmentChallenges } from './devices/enrolment-challenges.js'
import type { EnrolmentRepository } from './devices/enrolment-repository.js'
import type { EnrolmentTokenRepository } from './devices/enrolment-token-repository.js'
import type { KeyedExclusive } from './devices/keyed-exclusive.js'
import type { ReportRepository } from './devices/report-repository.js'
import type { EventBus } from './events/event-bus.js'
import type { PublisherRepository } from './models/publisher-repository.js'
import type { ReleaseLimitRepository } from './models/release-limit-repository.js'
import type { ReleaseRepository } from './models/release-repository.js'
import type { Log } from './observability/log.js'
import type { Metrics } from './observability/metrics.js'
import type { RolloutRepository } from './rollouts/rollout-repository.js'
import type { TelemetryRepository } from './telemetry/telemetry-repository.js'
import type { FleetTrust } from './trust/fleet-trust.js'
import type { ServerTls } from './tls/server-tls.js'

/** What business functions work with; each says by `Pick` which of it. */
export interface ServerContext {
  readonly config: ServerConfig
  readonly clock: Clock
  readonly entropy: Entropy
  readonly log: Log
  readonly metrics: Metrics
  readonly events: EventBus
  readonly startedAt: number

  /** Who may sign what, and the key that signs desired states. */
  readonly trust: FleetTrust
  /** Undefined where this server speaks plainly. */
  readonly tls: ServerTls | undefined
  /** Who has certified another's broker, as PEM; undefined where every machine knows. */
  readonly brokerAuthority: string | undefined
  readonly blobs: BlobStore
  readonly outbox: DeviceOutbox
  /** Where a device of this kind connects that reached the server at `origin`. */
  readonly brokerUrlFor: (kind: DeviceKind, origin: string) => string
  /** Work on one device happens one after another. */
  readonly perDevice: KeyedExclusive

  readonly tokens: EnrolmentTokenRepository
  readonly challenges: EnrolmentChallenges
  readonly enrolments: EnrolmentRepository
  readonly browserSessions: BrowserSessionRepository
  readonly devices: DeviceRepository
  readonly reports: ReportRepository
  readonly desired: DesiredStateRepository
  readonly issuer: DesiredRefresh
  readonly publishers: PublisherRepository
  readonly releases: ReleaseRepository
  readonly limits: ReleaseLimitRepository
  readonly rollouts: RolloutRepository
  readonly telemetry: TelemetryRepository

  readonly accounts: Accounts
  readonly auditRows: AuditRepository
  readonly checkpoints: CheckpointKeeper
}
