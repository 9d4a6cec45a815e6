import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Device } from '@kedge/shared/device/device'
import { DeploymentError, InferenceError, StorageError } from '@kedge/shared/errors/device-error'
import { eventually } from '../../../support/eventually.js'
import { MemoryFleet, slotOf, type House } from '../../../support/memory-fleet.js'
import { inputs } from '../../../support/scale-inputs.js'

let fleet: MemoryFleet
let house: House
let device: Device
beforeEach(async () => {
  fleet = await MemoryFleet.create()
  house = fleet.house()
  await fleet.desire({ scale: await fleet.release(2) })
  device = await house.start()
  await eventually(isRunning('2.0.0'))
  await eventually(isSettled('active'))
})
afterEach(async () => {
  await device[Symbol.asyncDispose]()
})

const isRunning = (version: string) => () =>
  device.model('scale').version?.release.version === version
const isSettled = (state: string) => async () => (await slotOf(device)).deployment?.state === state
const crash = () => house.inference.alive.at(-1)!.crash('killed')
const problems = async () => (await device.status()).problems

async function restart(): Promise<void> {
  await device[Symbol.asyncDispose]()
  const { models, state, telemetry } = house
  house = fleet.house({ models, state, telemetry })
  device = await house.start()
}

describe('a runner that ends', () => {
  it('is started again at once, counted and reported', async () => {
    crash()
    await expect(device.run('scale', inputs)).rejects.toMatchObject({ code: 'model-not-ready' })
    await eventually(isRunning('2.0.0'))
    expect((await device.run('scale', inputs)).version).toBe('2.0.0')
    expect(await problems()).toMatchObject([{ code: 'runner-crashed' }])
    await device.flush()
    expect(house.telemetry.windows.map(({ errors }) => errors)).toContainEqual({
      'runner-crashed': 1,
    })
  })

  it('again and again is started ever later', async () => {
    crash()
    await eventually(isRunning('2.0.0'))
    crash()
    await fleet.clock.advance(10)
    expect(house.inference.alive).toHaveLength(0)
    await fleet.clock.advance(60_000)
    await eventually(isRunning('2.0.0'))
    expect(await problems()).toMatchObject([
      { message: expect.stringMatching(/2 times/) as string },
    ])
  })

  it('is not held against the version that comes after it', async () => {
    crash()
    await eventually(isRunning('2.0.0'))
    house.inference.failure = new InferenceError('runner-crashed', 'not now')
    crash()
    await fleet.clock.advance(10)
    house.inference.failure = undefined
    await fleet.desire({ scale: await fleet.release(3) })
    await fleet.clock.advance(600_000)
    await eventually(isRunning('3.0.0'))
    expect(await problems()).toEqual([])
  })

  it('does not stand in the way of the version that mends it', async () => {
    house.inference.failure = new InferenceError('runner-crashed', 'it does not start any more')
    crash()
    await eventually(async () => (await slotOf(device)).running === undefined)
    await fleet.clock.advance(60_000)
    house.inference.failure = undefined
    const start = house.inference.start.bind(house.inference)
    house.inference.start = (spec) =>
      spec.release.version === '2.0.0'
        ? Promise.reject(new InferenceError('runner-crashed', 'it does not start any more'))
        : start(spec)
    await fleet.desire({ scale: await fleet.release(3) })
    await fleet.clock.advance(600_000)
    await eventually(isRunning('3.0.0'), 'the version that mends it')
  })
})

describe('a version that cannot start any more', () => {
  it('is reported, and tried again for ever, for it was good once', async () => {
    await device[Symbol.asyncDispose]()
    const { models, state } = house
    house = fleet.house({ models, state })
    house.inference.failure = new DeploymentError('probe-failed', 'unknown operator')
    device = await house.start()
    await eventually(async () => (await slotOf(device)).deployment?.reason !== undefined)
    expect(await slotOf(device)).toMatchObject({ deployment: { reason: { code: 'probe-failed' } } })
    expect((await slotOf(device)).running).toBeUndefined()
    await fleet.clock.advance(3_600_000)
    house.inference.failure = undefined
    await fleet.clock.advance(600_000)
    await eventually(isRunning('2.0.0'))
    await eventually(async () => (await slotOf(device)).deployment?.reason === undefined)
  })

  it('makes room for the next', async () => {
    await device[Symbol.asyncDispose]()
    const { models, state } = house
    house = fleet.house({ models, state })
    const start = house.inference.start.bind(house.inference)
    house.inference.start = (spec) =>
      spec.release.version === '2.0.0'
        ? Promise.reject(new DeploymentError('probe-failed', 'unknown operator'))
        : start(spec)
    device = await house.start()
    await fleet.desire({ scale: await fleet.release(3) })
    await fleet.clock.advance(600_000)
    await eventually(isRunning('3.0.0'))
  })
})

describe('a reason', () => {
  it('that is very long survives a restart and fits the report', async () => {
    house.inference.failure = new DeploymentError('probe-failed', 'x'.repeat(10_000))
    await fleet.desire({ scale: await fleet.release(3) })
    await eventually(isSettled('failed'))
    await restart()
    await eventually(isRunning('2.0.0'))
    const { deployment } = await slotOf(device)
    expect(deployment).toMatchObject({ state: 'failed', reason: { code: 'probe-failed' } })
    fleet.broker.received.length = 0
    await fleet.clock.advance(5_000)
    await eventually(() => fleet.broker.received.some(({ path }) => path.endsWith('reported')))
    expect(fleet.broker.reports().length).toBeGreaterThan(0)
  })
})

describe('a candidate', () => {
  it('that is no longer wanted does not stay', async () => {
    const probed = house.inference.start.bind(house.inference)
    house.inference.start = async (spec) => {
      const runner = await probed(spec)
      house.state.failure = new StorageError('storage-full', 'no space')
      return runner
    }
    await fleet.desire({ scale: await fleet.release(3) })
    await eventually(() => house.warnings.some((line) => line.includes('storage-full')))
    expect(house.inference.alive).toHaveLength(2)
    house.state.failure = undefined
    house.inference.start = probed
    await fleet.desire({ scale: await fleet.release(2) })
    await eventually(isSettled('active'))
    await eventually(() => house.inference.alive.length === 1, 'the end of the candidate')
    expect(isRunning('2.0.0')()).toBe(true)
  })
})
