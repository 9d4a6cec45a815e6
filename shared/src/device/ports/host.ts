import type { Signer } from '../../trust/sign-envelope.js'
import type { MetadataStore } from '../../trust/tuf/ports.js'
import type { Clock } from '../../util/clock.js'
import type { Entropy } from '../../util/entropy.js'
import type { Sha256 } from '../../util/sha256.js'
import type { Ms } from '../../util/units.js'
import type { Capabilities } from '../../protocol/reported-state.js'
import type { InferenceHost } from './inference.js'
import type { Link } from './link.js'
import type { ModelStore } from './models.js'
import type { StateStore } from './state.js'
import type { TelemetrySpool } from './telemetry.js'

/** What the core logs; the shell decides how it looks. */
export interface DeviceLog {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void
}

/** All that a device's decisions need from the world it lives in. */
export interface DeviceHost {
  readonly link: Link
  readonly models: ModelStore
  readonly inference: InferenceHost
  readonly state: StateStore
  /** Trusted TUF metadata, byte for byte. */
  readonly metadata: MetadataStore
  readonly telemetry: TelemetrySpool
  /** The device's own key, by its id: what it says of itself is signed with it. */
  readonly signer: Signer
  readonly clock: Clock
  readonly entropy: Entropy
  readonly sha256: Sha256
  readonly log: DeviceLog
  /** When this program was made: no true time is earlier. */
  readonly builtAt: Ms
  readonly agent: { readonly name: string; readonly version: string }
  /** What the machine is; the core adds providers and engine. */
  readonly machine: Omit<Capabilities, 'providers' | 'engine'>
}
