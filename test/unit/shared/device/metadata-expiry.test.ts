import { beforeEach, describe, expect, it } from 'vitest'
import { ExpiringStore } from '@kedge/shared/device/metadata-expiry'
import { TrustedRepository } from '@kedge/shared/trust/tuf/trusted-repository'
import { Ms } from '@kedge/shared/util/units'
import { MemoryMetadataStore } from '../../../support/memory-stores.js'
import { SimulatedRepository, start } from '../../../support/tuf/simulated-repository.js'

let reads: string[]
let files: MemoryMetadataStore
let store: ExpiringStore
let remote: SimulatedRepository
let repository: TrustedRepository
beforeEach(async () => {
  remote = await SimulatedRepository.create()
  files = new MemoryMetadataStore([['root.json', remote.files.get('1.root.json')!]])
  reads = []
  const read = files.read.bind(files)
  files.read = (name) => {
    reads.push(name)
    return read(name)
  }
  store = new ExpiringStore(files)
  repository = await TrustedRepository.open({ store, fetch: remote.fetch, now: () => Ms(start) })
})

const expiry = () => store.firstExpiry(repository.root)

describe('what is known of when metadata expires', () => {
  it('is nothing while there is only a root', async () => {
    expect(await expiry()).toBeUndefined()
  })

  it('is the first date of all, and is read again only of what was written since', async () => {
    await repository.refresh()
    expect(await expiry()).toBe(Date.parse(repository.root.expires))
    reads.length = 0
    await expiry()
    expect(reads).toEqual([])

    const soon = new Date(start + 60_000).toISOString().replace(/\.\d+/, '')
    remote.timestamp.expires = soon
    await remote.publish('timestamp')
    await repository.refresh()
    reads.length = 0
    expect(await expiry()).toBe(Date.parse(soon))
    expect(reads).toEqual(['timestamp.json'])
  })

  it('is nothing again of a file that was removed, or cannot be read', async () => {
    await repository.refresh()
    await expiry()
    await store.write('targets.json', Uint8Array.of(1))
    expect(await expiry()).toBe(Date.parse(repository.root.expires))
    for (const role of ['timestamp', 'snapshot']) await store.remove(`${role}.json`)
    expect(await expiry()).toBeUndefined()
  })
})
