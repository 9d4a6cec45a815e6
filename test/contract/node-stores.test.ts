import { open } from 'node:fs/promises'
import path from 'node:path'
import { Bytes } from '@kedge/shared/util/units'
import { systemEntropy } from '@kedge/shared/util/entropy'
import { createDataFolder } from '../../edge-agent/src/files/data-layout.js'
import { DiskModelStore } from '../../edge-agent/src/models/disk-model-store.js'
import { DiskMetadataStore } from '../../edge-agent/src/state/disk-metadata-store.js'
import { DiskStateStore } from '../../edge-agent/src/state/disk-state-store.js'
import { SqliteSpool } from '../../edge-agent/src/telemetry/sqlite-spool.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { describeContract } from './describe-contract.js'
import { metadataStoreContract } from './metadata-store.suite.js'
import { modelStoreContract } from './model-store.suite.js'
import { stateStoreContract } from './state-store.suite.js'
import { telemetrySpoolContract } from './telemetry-spool.suite.js'

describeContract('DiskModelStore', modelStoreContract, async () => {
  const folder = await temporaryFolder()
  const layout = await createDataFolder(folder.path)
  let store = await DiskModelStore.open(layout)
  return {
    store,
    async reopen() {
      await store[Symbol.asyncDispose]()
      store = await DiskModelStore.open(layout)
      return store
    },
    damageFile: (sha256: string) => flipByte(path.join(layout.models, sha256)),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
})

describeContract('DiskStateStore', stateStoreContract, async () => {
  const folder = await temporaryFolder()
  const layout = await createDataFolder(folder.path)
  return {
    store: new DiskStateStore(layout),
    reopen: () => Promise.resolve(new DiskStateStore(layout)),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
})

describeContract('DiskMetadataStore', metadataStoreContract, async () => {
  const folder = await temporaryFolder()
  const layout = await createDataFolder(folder.path)
  return {
    store: new DiskMetadataStore(layout),
    reopen: () => Promise.resolve(new DiskMetadataStore(layout)),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
})

describeContract('SqliteSpool', telemetrySpoolContract, async () => {
  const folder = await temporaryFolder()
  const openSpool = (name: string, maxBytes?: Bytes) =>
    new SqliteSpool({
      file: path.join(folder.path, name),
      entropy: systemEntropy,
      ...(maxBytes !== undefined && { maxBytes }),
    })
  let spool = openSpool('spool.db')
  let small: SqliteSpool | undefined
  return {
    spool,
    reopen() {
      spool[Symbol.dispose]()
      spool = openSpool('spool.db')
      return Promise.resolve(spool)
    },
    openSmall() {
      small = openSpool('small.db', Bytes(4_096))
      return Promise.resolve(small)
    },
    async [Symbol.asyncDispose]() {
      spool[Symbol.dispose]()
      small?.[Symbol.dispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
})

async function flipByte(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    const byte = Buffer.alloc(1)
    await handle.read(byte, 0, 1, 10)
    byte[0]! ^= 0x40
    await handle.write(byte, 0, 1, 10)
  } finally {
    await handle.close()
  }
}
