import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Device } from '@kedge/shared/device/device'
import { eventually } from '../../../support/eventually.js'
import { MemoryFleet, slotOf } from '../../../support/memory-fleet.js'
import { inputs } from '../../../support/scale-inputs.js'

let fleet: MemoryFleet
let device: Device | undefined
beforeEach(async () => {
  fleet = await MemoryFleet.create()
})
afterEach(async () => {
  await device?.[Symbol.asyncDispose]()
  device = undefined
})

const isRunning = (version: string) => () =>
  device!.model('scale').version?.release.version === version
const isSettled = (state: string) => async () => (await slotOf(device!)).deployment?.state === state
const answer = async () => (await device!.run('scale', inputs)).outputs['y']!.data[0]

describe('device', () => {
  it('deploys what is desired and runs it', async () => {
    const house = fleet.house()
    await fleet.desire({ scale: await fleet.release(2, { loadBytes: 400_000 }) })
    device = await house.start()
    await eventually(isSettled('active'))
    expect(await answer()).toBe(2)
    expect(await slotOf(device)).toMatchObject({
      running: { release: { version: '2.0.0' }, provider: 'cpu', variant: 'float32' },
      deployment: { state: 'active', attempt: 0 },
    })
    await eventually(() => house.link.subscribed.length === 2, 'an end to all questions')
    expect(await device.status()).toMatchObject({ rootVersion: 1, stale: false, problems: [] })
  })

  it('swaps versions without a failed run', async () => {
    const house = fleet.house()
    await fleet.desire({ scale: await fleet.release(2) })
    device = await house.start()
    await eventually(isRunning('2.0.0'))
    let ended = false
    const answers = new Set<unknown>()
    const callers = Array.from({ length: 4 }, async () => {
      while (!ended) answers.add(await answer())
    })
    for (const factor of [3, 4, 5]) {
      await fleet.desire({ scale: await fleet.release(factor) })
      await eventually(isRunning(`${factor}.0.0`))
    }
    await eventually(isSettled('active'))
    const last = await answer()
    ended = true
    await Promise.all(callers)
    expect(last).toBe(5)
    expect([...answers].every((one) => [2, 3, 4, 5].includes(one as number))).toBe(true)
    await eventually(() => house.inference.alive.length === 1, 'the end of the old runners')
  })

  it('lets calls that are under way end on the old version', async () => {
    const house = fleet.house()
    await fleet.desire({ scale: await fleet.release(2) })
    device = await house.start()
    await eventually(isRunning('2.0.0'))
    let release!: () => void
    house.inference.started[0]!.gate = new Promise((resolve) => (release = resolve))
    const slow = answer()
    await fleet.desire({ scale: await fleet.release(3) })
    await eventually(isRunning('3.0.0'))
    expect(house.inference.alive).toHaveLength(2)
    release()
    expect(await slow).toBe(2)
    await eventually(() => house.inference.alive.length === 1, 'the end of the old runner')
  })

  it('keeps what runs when the new version does not answer as its publisher says', async () => {
    const house = fleet.house()
    await fleet.desire({ scale: await fleet.release(2) })
    device = await house.start()
    await eventually(isRunning('2.0.0'))
    await fleet.desire({ scale: await fleet.release(3, { golden: 3.5 }) })
    await eventually(isSettled('failed'))
    const { running, deployment } = await slotOf(device)
    expect(running!.release.version).toBe('2.0.0')
    expect(deployment).toMatchObject({
      release: { version: '3.0.0' },
      reason: {
        code: 'golden-mismatch',
        message: expect.stringMatching(/"y"\[0\] is 3 instead of 3.5/) as string,
      },
    })
    expect(await answer()).toBe(2)
    expect(house.inference.alive).toHaveLength(1)
  })

  it('tries a failed release again only when an operator retries it', async () => {
    const house = fleet.house()
    device = await house.start()
    const release = await fleet.release(3, { golden: 3.5 })
    await fleet.desire({ scale: release })
    await eventually(isSettled('failed'))
    await fleet.desire({ scale: release })
    await eventually(async () => (await device!.status()).seqApplied > fleet.clock.now() + 1)
    await fleet.clock.advance(600_000)
    expect(house.inference.started).toHaveLength(1)
    await fleet.desire({ scale: { release, attempt: 1 } })
    await eventually(() => house.inference.started.length === 2)
    await eventually(isSettled('failed'))
    expect((await slotOf(device)).deployment).toMatchObject({ attempt: 1 })
  })

  it.each([
    ['another model', { name: 'other' }, 'model-unsupported'],
    ['another version', { version: '9.9.9' }, 'model-unsupported'],
  ])('refuses a signed release of %s', async (_what, options, code) => {
    device = await fleet.house().start()
    const ref = { ...(await fleet.release(2, options)), model: 'scale', version: '2.0.0' }
    await fleet.trust.vouch(ref, { counter: 9 })
    await fleet.desire({ scale: ref })
    await eventually(isSettled('failed'))
    expect((await slotOf(device)).deployment!.reason!.code).toBe(code)
  })

  it('lets go of a slot that is no longer desired, and of its files', async () => {
    const house = fleet.house()
    await fleet.desire({ scale: await fleet.release(2) })
    device = await house.start()
    await eventually(isRunning('2.0.0'))
    await fleet.desire({})
    await eventually(async () => (await house.models.list()).length === 0, 'an empty store')
    await expect(device.run('scale', inputs)).rejects.toMatchObject({ code: 'model-not-ready' })
    expect((await device.status()).slots).toEqual({})
    expect(house.inference.alive).toHaveLength(0)
  })

  it('turns to what is desired now, in the middle of what was desired before', async () => {
    const house = fleet.house()
    device = await house.start()
    fleet.broker.blobAsSent = (_sha256, bytes) => (bytes.length > 60_000 ? undefined : bytes)
    await fleet.desire({ scale: await fleet.release(2, { loadBytes: 400_000 }) })
    await eventually(isSettled('downloading'))
    await fleet.desire({ scale: await fleet.release(3) })
    await eventually(isRunning('3.0.0'))
    await eventually(() => house.models.stagedChunks.length === 0, 'an empty staging area')
    expect((await slotOf(device)).deployment).toMatchObject({ state: 'active' })
  })
})
