import type { StateStore } from '@kedge/shared/device/ports/state'
import type { ContractCase } from './contract.js'
import type { Contract } from './describe-contract.js'

export interface StateStoreSubject extends AsyncDisposable {
  readonly store: StateStore
  /** Closes the store, and opens what is on the disk anew. */
  readonly reopen: () => Promise<StateStore>
}

const cases: ContractCase<StateStoreSubject>[] = [
  {
    name: 'has nothing to load at first',
    async run({ store }, check) {
      check.equal(await store.load('device'), undefined)
    },
  },
  {
    name: 'gives back what was saved, also after it was opened anew',
    async run({ store, reopen }, check) {
      const document = { v: 1, slots: { mnist: { release: 'a' } }, list: [1, null, 'ü'] }
      await store.save('device', document)
      check.equal(await store.load('device'), document)
      check.equal(await (await reopen()).load('device'), document)
    },
  },
  {
    name: 'keeps documents apart by name',
    async run({ store }, check) {
      await store.save('device', { of: 'device' })
      await store.save('enrolment', { of: 'enrolment' })
      check.equal(await store.load('device'), { of: 'device' })
      check.equal(await store.load('enrolment'), { of: 'enrolment' })
    },
  },
  {
    name: 'keeps the last of many saves that are made at once',
    async run({ store, reopen }, check) {
      const saves = Array.from({ length: 20 }, (_, turn) => store.save('device', { turn }))
      await Promise.all(saves)
      check.equal(await (await reopen()).load('device'), { turn: 19 })
    },
  },
  {
    name: 'keeps what a document was when it was saved, not what became of it',
    async run({ store }, check) {
      const document = { moves: 1 }
      const saving = store.save('device', document)
      document.moves = 2
      await saving
      check.equal(await store.load('device'), { moves: 1 })
    },
  },
]

export const stateStoreContract: Contract<StateStoreSubject> = { port: 'state store', cases }
