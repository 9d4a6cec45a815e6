import { devicePassword, type DeviceKeys } from '@kedge/shared/adapters/enrolment'
import { startDevice, type Device } from '@kedge/shared/device/device'
import type { DeviceHost, DeviceLog } from '@kedge/shared/device/ports/host'
import type { Link } from '@kedge/shared/device/ports/link'
import type { Enrolment } from '@kedge/shared/protocol/enrolment'
import { systemClock } from '@kedge/shared/util/clock'
import { systemEntropy } from '@kedge/shared/util/entropy'
import { webSha256 } from '@kedge/shared/util/sha256'
import type { WebInferenceHost } from '../inference/web-inference-host.js'
import { noLink } from '../link/no-link.js'
import { openWebSocketLink } from '../link/websocket-link.js'
import { IdbModelStore } from '../models/idb-model-store.js'
import {
  BorrowedMetadataStore,
  BorrowedStateStore,
  borrowModels,
} from '../state/borrowed-stores.js'
import { IdbMetadataStore } from '../state/idb-metadata-store.js'
import { IdbStateStore } from '../state/idb-state-store.js'
import type { SessionKeys } from '../state/session-keys.js'
import type { Database } from '../storage/database.js'
import { openIdbSpool } from '../telemetry/idb-spool.js'
import { browserFacts } from './browser-facts.js'
import type { BrowserSession } from './browser-session.js'
import { builtAt, runtimeVersion } from './runtime-version.js'

export interface SessionParts {
  readonly database: Database
  readonly inference: WebInferenceHost
  readonly keys: SessionKeys
  readonly enrolment: Enrolment
  readonly log: DeviceLog
  /** The right to connect; absent where another tab holds the connection. */
  readonly browserSession?: BrowserSession
  /** Called before each attempt to connect that follows one which failed. */
  readonly onConnectFailed: () => void
}

/** The device while one tab plays one role. */
export interface Session extends AsyncDisposable {
  readonly role: 'leading' | 'following'
  readonly device: Device
  readonly link: Link
}

/** This tab speaks for the device: it holds the connection and alone changes what is stored. */
export async function leadSession(parts: SessionParts): Promise<Session> {
  const link = openLink(parts)
  try {
    const state = new IdbStateStore(parts.database)
    const metadata = new IdbMetadataStore(parts.database)
    const models = new IdbModelStore(parts.database, webSha256)
    return toSession('leading', link, await start(parts, { link, state, metadata, models }))
  } catch (error) {
    await link[Symbol.asyncDispose]()
    throw error
  }
}

/**
 * Another tab speaks for the device; this one is the same device without a network. What it counts
 * goes to the spool that both share.
 */
export async function followSession(parts: SessionParts): Promise<Session> {
  const state = new BorrowedStateStore(new IdbStateStore(parts.database))
  const metadata = new BorrowedMetadataStore(new IdbMetadataStore(parts.database))
  const models = borrowModels(new IdbModelStore(parts.database, webSha256))
  const ports = { link: noLink, state, metadata, models }
  return toSession('following', noLink, await start(parts, ports))
}

async function start(
  { database, inference, keys, enrolment, log }: SessionParts,
  ports: Pick<DeviceHost, 'link' | 'state' | 'metadata' | 'models'>,
): Promise<Device> {
  const host: DeviceHost = {
    ...ports,
    inference,
    signer: signerOf(enrolment, keys),
    telemetry: await openIdbSpool(database, { entropy: systemEntropy }),
    clock: systemClock,
    entropy: systemEntropy,
    sha256: webSha256,
    log,
    builtAt,
    agent: { name: 'web-runtime', version: runtimeVersion },
    machine: browserFacts(),
  }
  return startDevice(host, enrolment)
}

/** Signs by the key of the session that there is at that moment. */
const signerOf = ({ device }: Enrolment, keys: DeviceKeys): DeviceHost['signer'] => ({
  id: device,
  get privateKey() {
    return keys.privateKey
  },
})

const toSession = (role: Session['role'], link: Link, device: Device): Session => ({
  role,
  device,
  link,
  async [Symbol.asyncDispose]() {
    // The device first: its last windows still travel.
    await device[Symbol.asyncDispose]()
    await link[Symbol.asyncDispose]()
  },
})

function openLink(parts: SessionParts): Link {
  const { enrolment, keys, log, browserSession, onConnectFailed } = parts
  const { device, brokerUrl } = enrolment
  let failures = -1
  const link: Link = openWebSocketLink({
    url: brokerUrl,
    device,
    entropy: systemEntropy,
    log,
    password: async () => {
      failures += 1
      if (failures > 0) onConnectFailed()
      await browserSession?.ensure()
      return devicePassword(enrolment, keys.privateKey, systemClock)
    },
  })
  link.onOnline((online) => {
    if (online) failures = -1
  })
  return link
}
