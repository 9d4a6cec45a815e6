import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Device } from '@kedge/shared/device/device'
import { StorageError } from '@kedge/shared/errors/device-error'
import { eventually } from '../../../support/eventually.js'
import { MemoryFleet, slotOf, type House } from '../../../support/memory-fleet.js'
import { inputs } from '../../../support/scale-inputs.js'
import type { MemoryModelStore } from '../../../support/memory-model-store.js'
import type { MemoryMetadataStore, MemoryStateStore } from '../../../support/memory-stores.js'

let fleet: MemoryFleet
let device: Device | undefined
beforeEach(async () => {
  fleet = await MemoryFleet.create()
})
afterEach(async () => {
  await device?.[Symbol.asyncDispose]()
  device = undefined
})

const start = async (house: House): Promise<Device> => (device = await house.start())
const isRunning = (version: string) => () =>
  device!.model('scale').version?.release.version === version
const isSettled = (state: string) => async () => (await slotOf(device!)).deployment?.state === state

async function stop(): Promise<void> {
  await device?.[Symbol.asyncDispose]()
  device = undefined
}

/** A house in which version 2 runs, stopped. */
async function settledHouse(): Promise<House> {
  const house = fleet.house()
  await fleet.desire({ scale: await fleet.release(2) })
  await start(house)
  await eventually(isRunning('2.0.0'))
  await eventually(isSettled('active'))
  await stop()
  return house
}

const reborn = ({ models, state, metadata, telemetry }: House) =>
  fleet.house({ models, state, metadata, telemetry })

describe('a device whose power is cut', () => {
  it('comes to the desired state from every write it was cut at, and never serves less', async () => {
    const before = await settledHouse()
    const house = reborn(before)
    const cuts: {
      models: MemoryModelStore
      state: MemoryStateStore
      metadata: MemoryMetadataStore
    }[] = []
    const cut = () => {
      const { models, state, metadata } = house
      cuts.push({ models: models.copy(), state: state.copy(), metadata: metadata.copy() })
    }
    house.models.onWrite = cut
    house.state.onWrite = cut
    house.metadata.onWrite = cut
    await fleet.desire({ scale: await fleet.release(3, { loadBytes: 200_000 }) })
    await start(house)
    await eventually(isRunning('3.0.0'))
    await eventually(isSettled('active'))
    await stop()
    expect(cuts.length).toBeGreaterThan(20)
    for (const stores of cuts) {
      const after = fleet.house(stores)
      await start(after)
      await eventually(async () => (await device!.status()).slots['scale']?.running !== undefined)
      await eventually(isRunning('3.0.0'), 'the desired version')
      await eventually(isSettled('active'))
      await stop()
    }
  })

  it('serves what it served before, without a network', async () => {
    const house = reborn(await settledHouse())
    house.link.setOnline(false)
    await start(house)
    await eventually(isRunning('2.0.0'))
    expect((await device!.run('scale', inputs)).outputs['y']!.data[3]).toBe(8)
    expect(fleet.broker.sent.length).toBeGreaterThan(0)
  })

  it('goes on with a transfer where it was, and fetches no chunk twice', async () => {
    const house = fleet.house()
    const release = await fleet.release(2, { loadBytes: 4_000_000 })
    await fleet.desire({ scale: release })
    let chunks = 0
    const isChunk = (bytes: Uint8Array) => bytes.length > 60_000
    fleet.broker.blobAsSent = (_sha256, bytes) =>
      isChunk(bytes) && ++chunks > 20 ? undefined : bytes
    await start(house)
    await eventually(() => house.models.stagedChunks.length >= 20)
    await stop()
    const held = new Set(house.models.stagedChunks)
    fleet.broker.blobAsSent = (_sha256, bytes) => bytes
    fleet.broker.sent.length = 0
    await start(reborn(house))
    await eventually(isRunning('2.0.0'))
    expect(fleet.broker.sent.length).toBeGreaterThan(30)
    expect(fleet.broker.sent.filter((sha256) => held.has(sha256))).toEqual([])
    expect(new Set(fleet.broker.sent).size).toBe(fleet.broker.sent.length)
  })
})

describe('a device with a bad disk', () => {
  it('keeps its place and says why while the disk is full, and goes on when it is not', async () => {
    const house = fleet.house()
    house.models.freeBytes = 1_000
    await start(house)
    await fleet.desire({ scale: await fleet.release(2, { loadBytes: 400_000 }) })
    await eventually(async () => (await slotOf(device!)).deployment?.reason !== undefined)
    expect((await slotOf(device!)).deployment).toMatchObject({
      state: 'downloading',
      reason: { code: 'storage-full', message: expect.stringMatching(/needs .* KiB/) as string },
    })
    expect(house.models.stagedChunks).toEqual([])
    house.models.freeBytes = 2 ** 30
    await fleet.clock.advance(300_000)
    await eventually(isRunning('2.0.0'))
    expect((await slotOf(device!)).deployment).not.toHaveProperty('reason')
  })

  it('runs on and reports it when the disk cannot be written', async () => {
    const house = reborn(await settledHouse())
    await start(house)
    await eventually(isRunning('2.0.0'))
    const broken = new StorageError('storage-failed', 'read-only file system')
    house.models.failure = broken
    await fleet.desire({ scale: await fleet.release(3) })
    await eventually(async () => (await slotOf(device!)).deployment?.reason !== undefined)
    expect((await slotOf(device!)).deployment!.reason!.code).toBe('storage-failed')
    expect((await device!.run('scale', inputs)).version).toBe('2.0.0')
    house.models.failure = undefined
    await fleet.clock.advance(300_000)
    await eventually(isRunning('3.0.0'))
  })

  it('reports even when it cannot tell how much space there is', async () => {
    const house = fleet.house()
    house.models.spaceFailure = new StorageError('storage-failed', 'cannot read the disk')
    await start(house)
    await eventually(() => fleet.broker.reports().length > 0)
    expect(fleet.broker.reports()[0]).toMatchObject({
      storage: { usedBytes: 0, freeBytes: 0 },
      problems: [{ code: 'storage-failed', message: 'cannot read the disk' }],
    })
  })

  it('fetches the version it served again when a bit of it has flipped', async () => {
    const house = await settledHouse()
    for (const { sha256 } of await house.models.list()) {
      const again = fleet.house({ models: house.models.copy(), state: house.state.copy() })
      again.models.spoil(sha256)
      await start(again)
      await eventually(isRunning('2.0.0'), `version 2 without ${sha256}`)
      await eventually(isSettled('active'))
      await stop()
    }
  })

  it('finds its way when any file it has fetched is spoilt or lost on the way', async () => {
    const house = fleet.house()
    fleet.broker.blobAsSent = (_sha256, bytes) => (bytes.length > 60_000 ? undefined : bytes)
    await fleet.desire({ scale: await fleet.release(2, { loadBytes: 400_000 }) })
    await start(house)
    await eventually(() => house.models.stagedChunks.length > 0)
    await stop()
    fleet.broker.blobAsSent = (_sha256, bytes) => bytes
    for (const harm of ['spoil', 'remove'] as const) {
      const stored = (await house.models.list()).map(({ sha256 }) => sha256)
      for (const sha256 of [...stored, ...house.models.stagedChunks]) {
        const again = fleet.house({ models: house.models.copy(), state: house.state.copy() })
        again.models[harm](sha256)
        await start(again)
        await eventually(isRunning('2.0.0'), `version 2 after ${harm} of ${sha256}`)
        await stop()
      }
    }
  })

  it('begins anew when its state cannot be read', async () => {
    const house = await settledHouse()
    await house.state.save('device', { v: 1, slots: { scale: 'garbage' } })
    await start(reborn(house))
    await eventually(isRunning('2.0.0'))
    expect((await slotOf(device!)).deployment!.state).toBe('active')
  })

  it('serves on, and waits for a word, when its stored desired state is no longer trusted', async () => {
    const house = await settledHouse()
    // The fleet key was stolen; the next root names another, and this device has seen that root.
    const stolen = fleet.fleetKey
    await fleet.replaceFleetKey()
    const next = fleet.broker.retained.get('kedge/1/meta/2.root.json')!
    await house.metadata.write('root.json', next)
    const again = reborn(house)
    again.link.setOnline(false)
    await start(again)
    await eventually(isRunning('2.0.0'))
    expect(await device!.status()).toMatchObject({
      seqApplied: 0,
      rootVersion: 2,
      problems: [{ code: 'signature-invalid' }],
    })
    again.link.setOnline(true)
    await fleet.desire({ scale: await fleet.release(3) })
    await eventually(async () => {
      // The old state comes again first, and the device looks for a root that would explain it.
      await fleet.clock.advance(1_000)
      return isRunning('3.0.0')()
    })
    expect(await device!.status()).toMatchObject({ problems: [] })
    expect(stolen.id).not.toBe(fleet.fleetKey.id)
  })

  it('begins anew in another fleet, and runs nothing of the one before', async () => {
    const house = await settledHouse()
    const other = await MemoryFleet.create()
    device = await other.house({ models: house.models, state: house.state }).start()
    expect(await device.status()).toMatchObject({ seqApplied: 0, slots: {}, problems: [] })
    await other.desire({ scale: await other.release(5) })
    await eventually(async () => (await device!.status()).seqApplied > 0)
    await other.clock.advance(60_000)
    await eventually(isRunning('5.0.0'))
  })
})
