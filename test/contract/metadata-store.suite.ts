import { encodeUtf8 } from '@kedge/shared/util/bytes'
import type { MetadataStore } from '@kedge/shared/trust/tuf/ports'
import type { ContractCase } from './contract.js'
import type { Contract } from './describe-contract.js'

export interface MetadataStoreSubject extends AsyncDisposable {
  readonly store: MetadataStore
  /** Closes the store, and opens what is on the disk anew. */
  readonly reopen: () => Promise<MetadataStore>
}

const cases: ContractCase<MetadataStoreSubject>[] = [
  {
    name: 'has nothing to read at first',
    async run({ store }, check) {
      check.equal(await store.read('root.json'), undefined)
    },
  },
  {
    name: 'gives back the very bytes, also after it was opened anew',
    async run({ store, reopen }, check) {
      const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte)
      await store.write('root.json', bytes)
      await store.write('model.gesture.json', encodeUtf8('{ "signed" : 1 }\n'))
      const again = await reopen()
      check.equal(await again.read('root.json'), bytes)
      check.equal(await again.read('model.gesture.json'), encodeUtf8('{ "signed" : 1 }\n'))
    },
  },
  {
    name: 'keeps what the bytes were when they were written',
    async run({ store }, check) {
      const whole = Uint8Array.of(9, 1, 2, 3, 9)
      const writing = store.write('root.json', whole.subarray(1, 4))
      await writing
      whole.fill(0)
      check.equal(await store.read('root.json'), Uint8Array.of(1, 2, 3))
    },
  },
  {
    name: 'replaces a file, and keeps files apart',
    async run({ store }, check) {
      await store.write('root.json', encodeUtf8('1'))
      await store.write('timestamp.json', encodeUtf8('t'))
      await store.write('root.json', encodeUtf8('22'))
      check.equal(await store.read('root.json'), encodeUtf8('22'))
      check.equal(await store.read('timestamp.json'), encodeUtf8('t'))
    },
  },
  {
    name: 'removes a file, and one that is not there',
    async run({ store, reopen }, check) {
      await store.write('snapshot.json', encodeUtf8('s'))
      await store.remove('snapshot.json')
      await store.remove('snapshot.json')
      check.equal(await (await reopen()).read('snapshot.json'), undefined)
    },
  },
]

export const metadataStoreContract: Contract<MetadataStoreSubject> = {
  port: 'metadata store',
  cases,
}
