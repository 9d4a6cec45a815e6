import { MemoryModelStore } from '../support/memory-model-store.js'
import { MemoryStateStore } from '../support/memory-stores.js'
import { describeContract } from './describe-contract.js'
import { modelStoreContract } from './model-store.suite.js'
import { stateStoreContract } from './state-store.suite.js'

// What the device's own tests run on keeps the promises of the real stores.
const nothing = () => Promise.resolve()

describeContract('MemoryModelStore', modelStoreContract, () => {
  let store = new MemoryModelStore()
  return Promise.resolve({
    store,
    reopen: () => Promise.resolve((store = store.copy())),
    damageFile: (sha256: string) => Promise.resolve(store.spoil(sha256)),
    [Symbol.asyncDispose]: nothing,
  })
})

describeContract('MemoryStateStore', stateStoreContract, () => {
  let store = new MemoryStateStore()
  return Promise.resolve({
    store,
    reopen: () => Promise.resolve((store = store.copy())),
    [Symbol.asyncDispose]: nothing,
  })
})
