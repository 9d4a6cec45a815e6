import { webSha256 } from '@kedge/shared/util/sha256'
import { systemClock } from '@kedge/shared/util/clock'
import { systemEntropy } from '@kedge/shared/util/entropy'
import { BarredReleases } from '../../../web-runtime/src/inference/barred-releases.js'
import { openInferenceHost } from '../../../web-runtime/src/inference/web-inference-host.js'
import { IdbModelStore } from '../../../web-runtime/src/models/idb-model-store.js'
import { tryLead } from '../../../web-runtime/src/page/tab-lead.js'
import { requireSecurePage } from '../../../web-runtime/src/page/secure-page.js'
import { SessionKeys } from '../../../web-runtime/src/state/session-keys.js'
import { IdbStateStore } from '../../../web-runtime/src/state/idb-state-store.js'
import { Database } from '../../../web-runtime/src/storage/database.js'
import { openIdbSpool } from '../../../web-runtime/src/telemetry/idb-spool.js'
import { createRuntime } from '../../../web-runtime/src/create-runtime.js'
import { contracts } from './contracts.js'
import { scaleModel, scaleSpec, vector } from './tiny-release.js'

const heard: string[] = []
const log = {
  info: (message: string, facts?: unknown) => heard.push(`${message} ${JSON.stringify(facts)}`),
  warn: (message: string, facts?: unknown) => heard.push(`${message} ${JSON.stringify(facts)}`),
}

/** The rooms of the web runtime, for tests that act inside a page. */
const opened = {
  heard,
  contracts,
  createRuntime,
  vector,
  scaleModel,
  scaleSpec,
  webSha256,
  database: (name: string) => new Database(name),
  modelStore: (name: string) => new IdbModelStore(new Database(name), webSha256),
  stateStore: (name: string) => new IdbStateStore(new Database(name)),
  spool: (name: string) => openIdbSpool(new Database(name), { entropy: systemEntropy }),
  deviceKeys: (name: string) => SessionKeys.load(new Database(name)),
  inferenceHost: (engine: 'auto' | 'wasm' | 'webgpu', threads = 1) =>
    openInferenceHost({
      engine,
      threads,
      clock: systemClock,
      log,
      barred: new BarredReleases(new Database('inference')),
    }),
  tryLead,
  requireSecurePage,
}

declare global {
  const rooms: typeof opened
}

Object.assign(window, { rooms: opened })
