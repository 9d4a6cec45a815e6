import { systemClock } from '@kedge/shared/util/clock'
import { systemEntropy } from '@kedge/shared/util/entropy'
import { webSha256 } from '@kedge/shared/util/sha256'
import { Seconds } from '@kedge/shared/util/units'
import { BarredReleases } from '../../../web-runtime/src/inference/barred-releases.js'
import { openInferenceHost } from '../../../web-runtime/src/inference/web-inference-host.js'
import { IdbModelStore } from '../../../web-runtime/src/models/idb-model-store.js'
import { IdbMetadataStore } from '../../../web-runtime/src/state/idb-metadata-store.js'
import { IdbStateStore } from '../../../web-runtime/src/state/idb-state-store.js'
import { Database } from '../../../web-runtime/src/storage/database.js'
import { openIdbSpool } from '../../../web-runtime/src/telemetry/idb-spool.js'
import type { InferenceHostSubject } from '../../contract/inference-host.suite.js'
import type { MetadataStoreSubject } from '../../contract/metadata-store.suite.js'
import type { ModelStoreSubject } from '../../contract/model-store.suite.js'
import type { StateStoreSubject } from '../../contract/state-store.suite.js'
import type { TelemetrySpoolSubject } from '../../contract/telemetry-spool.suite.js'
import type { TrustSubject } from '../../contract/trust-scene.js'

/** Databases of one subject, closed together. */
class Databases implements AsyncDisposable {
  readonly #name = `contract-${crypto.randomUUID()}`
  #open: Database[] = []

  open(part = ''): Database {
    const database = new Database(this.#name + part)
    this.#open.push(database)
    return database
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const database of this.#open.splice(0)) await database[Symbol.asyncDispose]()
  }
}

export function openModelStore(): ModelStoreSubject {
  const databases = new Databases()
  return {
    store: new IdbModelStore(databases.open(), webSha256),
    async reopen() {
      await databases[Symbol.asyncDispose]()
      return new IdbModelStore(databases.open(), webSha256)
    },
    damageFile: (sha256) => flipByte(databases.open(), sha256),
    [Symbol.asyncDispose]: () => databases[Symbol.asyncDispose](),
  }
}

export function openStateStore(): StateStoreSubject {
  const databases = new Databases()
  return {
    store: new IdbStateStore(databases.open()),
    async reopen() {
      await databases[Symbol.asyncDispose]()
      return new IdbStateStore(databases.open())
    },
    [Symbol.asyncDispose]: () => databases[Symbol.asyncDispose](),
  }
}

export function openMetadataStore(): MetadataStoreSubject {
  const databases = new Databases()
  return {
    store: new IdbMetadataStore(databases.open()),
    async reopen() {
      await databases[Symbol.asyncDispose]()
      return new IdbMetadataStore(databases.open())
    },
    [Symbol.asyncDispose]: () => databases[Symbol.asyncDispose](),
  }
}

/** The ports of a page, under a device that is attacked. */
export async function openTrustPorts(): Promise<TrustSubject> {
  const databases = new Databases()
  const database = databases.open()
  const { host } = await openHost()
  return {
    ports: {
      models: new IdbModelStore(database, webSha256),
      state: new IdbStateStore(database),
      metadata: new IdbMetadataStore(database),
      inference: host,
    },
    [Symbol.asyncDispose]: () => databases[Symbol.asyncDispose](),
  }
}

export async function openSpool(): Promise<TelemetrySpoolSubject> {
  const databases = new Databases()
  return {
    spool: await openIdbSpool(databases.open(), { entropy: systemEntropy }),
    async reopen() {
      await databases[Symbol.asyncDispose]()
      return openIdbSpool(databases.open(), { entropy: systemEntropy })
    },
    openSmall: () =>
      openIdbSpool(databases.open('-small'), { entropy: systemEntropy, maxWindows: 4 }),
    [Symbol.asyncDispose]: () => databases[Symbol.asyncDispose](),
  }
}

export async function openHost(): Promise<InferenceHostSubject> {
  const databases = new Databases()
  const host = await openInferenceHost({
    engine: 'wasm',
    clock: systemClock,
    log: { info: () => undefined, warn: () => undefined },
    deadlines: { load: Seconds(30), call: Seconds(2) },
    barred: new BarredReleases(databases.open()),
  })
  return { host, [Symbol.asyncDispose]: () => databases[Symbol.asyncDispose]() }
}

async function flipByte(database: Database, sha256: string): Promise<void> {
  const blob = await database.read(['contents'], (tx) => tx.objectStore('contents').get(sha256))
  const bytes = new Uint8Array(await blob!.arrayBuffer())
  bytes[10]! ^= 0x40
  await database.write(['contents'], (tx) =>
    tx.objectStore('contents').put(new Blob([bytes]), sha256),
  )
}
