import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Device } from '@kedge/shared/device/device'
import { eventually } from '../../../support/eventually.js'
import { MemoryFleet, slotOf, type House } from '../../../support/memory-fleet.js'
import { inputs } from '../../../support/scale-inputs.js'

let fleet: MemoryFleet
let house: House
let device: Device
beforeEach(async () => {
  fleet = await MemoryFleet.create()
  house = fleet.house()
})
afterEach(() => device[Symbol.asyncDispose]())

const isBig = (bytes: Uint8Array) => bytes.length > 60_000
const isRunning = () => device.model('scale').version !== undefined

async function begin(): Promise<void> {
  await fleet.desire({ scale: await fleet.release(2, { loadBytes: 1_000_000 }) })
  device = await house.start()
}

const harms: Record<string, (bytes: Uint8Array, other: Uint8Array) => Uint8Array> = {
  'a flipped bit': (bytes) => {
    const flipped = new Uint8Array(bytes)
    flipped[bytes.length >> 1]! ^= 0x10
    return flipped
  },
  'its end cut off': (bytes) => bytes.slice(0, -1),
  'something added': (bytes) => Uint8Array.from([...bytes, 0]),
  'no content': () => new Uint8Array(),
  'the content of another chunk': (_bytes, other) => other,
  'another length that claims to be a chunk': () => new Uint8Array(128 * 1024),
}

describe('a chunk', () => {
  it.each(Object.entries(harms))('with %s is asked for again', async (_what, harm) => {
    const seen = new Map<string, number>()
    let other: Uint8Array = new Uint8Array(1)
    fleet.broker.blobAsSent = (sha256, bytes) => {
      if (!isBig(bytes)) return bytes
      const times = (seen.get(sha256) ?? 0) + 1
      seen.set(sha256, times)
      const sent = times === 1 ? harm(bytes, other) : bytes
      other = bytes
      return sent
    }
    await begin()
    await eventually(isRunning)
    expect(Math.max(...seen.values())).toBe(2)
    expect((await device.run('scale', inputs)).outputs['y']!.data[0]).toBe(2)
  })

  it('that comes twice, or after it was wanted, changes nothing', async () => {
    fleet.broker.blobAsSent = (sha256, bytes) => {
      setImmediate(() => {
        for (const link of fleet.broker.links) link.deliver(`kedge/1/blob/${sha256}`, bytes)
      })
      return bytes
    }
    await begin()
    await eventually(isRunning)
    expect(house.link.malformed).toBe(0)
  })

  it('that stays wrong makes the transfer pause, not fail; none that was right comes again', async () => {
    let wrong: string | undefined
    let isWrong = true
    fleet.broker.blobAsSent = (sha256, bytes) => {
      if (!isBig(bytes) || !isWrong) return bytes
      wrong ??= sha256
      return sha256 === wrong ? new Uint8Array(5) : bytes
    }
    await begin()
    await eventually(async () => (await slotOf(device)).deployment?.reason !== undefined)
    expect((await slotOf(device)).deployment).toMatchObject({
      state: 'downloading',
      reason: { code: 'chunk-unavailable' },
    })
    expect(fleet.broker.sent.filter((sha256) => sha256 === wrong)).toHaveLength(3)
    expect(house.link.subscribed).toHaveLength(2)
    isWrong = false
    const held = new Set(house.models.stagedChunks)
    fleet.broker.sent.length = 0
    await fleet.clock.advance(60_000)
    await eventually(isRunning)
    expect(fleet.broker.sent.filter((sha256) => held.has(sha256))).toEqual([])
  })

  it('that does not come lets the transfer pause, and go on at the next connection', async () => {
    fleet.broker.blobAsSent = (_sha256, bytes) => (isBig(bytes) ? undefined : bytes)
    await begin()
    await eventually(async () => (await slotOf(device)).deployment?.state === 'downloading')
    await eventually(() => house.link.subscribed.length > 10)
    await fleet.clock.advance(130_000)
    await eventually(async () => (await slotOf(device)).deployment?.reason !== undefined)
    expect((await slotOf(device)).deployment!.reason!.code).toBe('release-incomplete')
    fleet.broker.blobAsSent = (_sha256, bytes) => bytes
    house.link.setOnline(false)
    house.link.setOnline(true)
    await eventually(isRunning)
  })

  it('is fetched on over connections that break all the time', async () => {
    let count = 0
    fleet.broker.blobAsSent = (_sha256, bytes) => {
      if (++count % 5 === 0) {
        setImmediate(() => {
          house.link.setOnline(false)
          setImmediate(() => house.link.setOnline(true))
        })
      }
      return bytes
    }
    await begin()
    await eventually(isRunning)
  })
})
