import type { z } from 'zod'
import type { Explanation } from '../../../src/devices/device.js'
import type { sessionSchema } from '../../../src/http/session-routes.js'
import type { Rollout } from '../../../src/rollouts/rollout.js'

// The console's words for what the server sends: the types of the schemas that the server checks by.
export type { Device } from '../../../src/devices/device.js'
export type {
  EnrolmentTokenRecord as EnrolmentToken,
  IssuedToken,
  TokenRequest,
} from '../../../src/devices/enrolment-token.js'
export type {
  Model,
  Publisher,
  PublisherRequest,
  ReleaseRecord as Release,
} from '../../../src/models/model.js'
export type {
  Rollout,
  RolloutAction,
  RolloutDevice,
  RolloutRequest,
} from '../../../src/rollouts/rollout.js'
export type { BarredDevice, WaitingDevice } from '../../../src/devices/waiting-device.js'
export type { TrustView } from '../../../src/trust/view-trust.js'
export type { Series, SeriesPoint } from '../../../src/telemetry/series.js'

export type { Action, Role } from '../../../src/accounts/permissions.js'
export type {
  IssuedServiceToken,
  ServiceToken,
  ServiceTokenRequest,
} from '../../../src/accounts/service-token.js'
export type {
  AuthenticationResponse,
  Passkey,
  RegistrationResponse,
} from '../../../src/accounts/passkey.js'
export type { User, UserChange, UserRequest } from '../../../src/accounts/user.js'
export type { AuditRecord } from '../../../src/audit/audit-record.js'

export type Session = z.infer<typeof sessionSchema>

export type ExplainedSlot = Explanation['items'][number]
export type RolloutCounts = Rollout['counts']

export interface Page<T> {
  readonly items: T[]
  readonly next: string | null
}
