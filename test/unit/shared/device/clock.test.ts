import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Device } from '@kedge/shared/device/device'
import { createKeyFile } from '@kedge/shared/trust/keys'
import { eventually } from '../../../support/eventually.js'
import { MemoryFleet, type House } from '../../../support/memory-fleet.js'
import { inputs } from '../../../support/scale-inputs.js'

const year = 365 * 24 * 3_600_000

let fleet: MemoryFleet
let house: House
let device: Device
/** What time it really is; the device's clock is set elsewhere. */
let truth: number
beforeEach(async () => {
  fleet = await MemoryFleet.create()
  truth = fleet.clock.now()
  fleet.tellTime(() => truth)
  fleet.trust.now = () => truth
  house = fleet.house()
})
afterEach(() => device[Symbol.asyncDispose]())

/** Signed at the true time, whatever the device's clock shows. */
const desire = async (factor: number) =>
  fleet.desire(
    { scale: await fleet.release(factor) },
    { issuedAt: truth, expires: truth + 3_600_000 },
  )
const runs = (version: string) => () => device.model('scale').version?.release.version === version
const passing = (isSo: () => boolean | Promise<boolean>) => async () => {
  await fleet.clock.advance(1_000)
  return isSo()
}
const problems = async () => (await device.status()).problems.map(({ code }) => code)

describe('S11: a device whose clock is wrong', () => {
  it.each([
    ['at 1970', () => 0],
    ['a year behind', () => truth - year],
    ['three days ahead', () => truth + 3 * 24 * 3_600_000],
    ['a year ahead', () => truth + year],
    ['in 2100', () => Date.UTC(2100, 0, 1)],
  ])('%s asks the fleet, and follows it', async (_when, wrong) => {
    fleet.clock.set(wrong())
    device = await house.start()
    await desire(2)
    await eventually(passing(runs('2.0.0')), 'version 2')
    expect(await device.status()).toMatchObject({ stale: false, problems: [] })
  })

  it('reports how far its clock is off, and dates its reports by the time of the fleet', async () => {
    fleet.clock.set(truth - year)
    device = await house.start()
    await desire(2)
    await eventually(passing(() => fleet.broker.reports().at(-1)?.clock.source === 'fleet'))
    const { clock, issuedAt } = fleet.broker.reports().at(-1)!
    const hour = 3_600_000
    expect(Math.abs(clock.offset - year)).toBeLessThan(hour)
    expect(Math.abs(issuedAt - truth)).toBeLessThan(hour)
  })

  it('at 1970 refuses what it cannot date when nobody says what time it is', async () => {
    fleet.broker.onReceived = () => undefined
    fleet.clock.set(0)
    device = await house.start()
    await desire(2)
    await eventually(passing(async () => (await problems()).length > 0))
    expect(await problems()).toEqual(['sequence-ahead'])
    // Later somebody does, and what was refused is looked at again.
    fleet.tellTime(() => truth)
    await fleet.clock.advance(120_000)
    await eventually(passing(runs('2.0.0')), 'version 2')
  })

  it('believes no answer that the fleet has not signed', async () => {
    await desire(2)
    fleet.fleetKey = await createKeyFile('thief')
    fleet.clock.set(0)
    device = await house.start()
    await eventually(passing(async () => (await problems()).includes('sequence-ahead')))
    expect(house.warnings.join()).toMatch(/was not believed/)
  })

  it('keeps inferring through every jump, and goes on when the clock is right', async () => {
    device = await house.start()
    await desire(2)
    await eventually(passing(runs('2.0.0')))
    for (const time of [0, truth - year, truth + year, Date.UTC(2100, 0, 1), truth]) {
      fleet.clock.set(time)
      await fleet.clock.advance(5_000)
      expect((await device.run('scale', inputs)).outputs['y']!.data[0]).toBe(2)
      expect((await device.status()).stale).toBe(false)
    }
    await desire(3)
    await eventually(passing(runs('3.0.0')), 'version 3')
  })

  it('remembers the newest signed time over a restart, so that expiry is not undone', async () => {
    device = await house.start()
    await desire(2)
    await eventually(passing(runs('2.0.0')))
    await device[Symbol.asyncDispose]()
    truth += 40 * 24 * 3_600_000
    fleet.clock.set(truth)
    const { models, state, metadata, telemetry } = house
    house = fleet.house({ models, state, metadata, telemetry })
    device = await house.start()
    const kept = async () => (await state.load('device')) as { lastSigned: number }
    await eventually(passing(async () => (await kept()).lastSigned >= truth))
    await device[Symbol.asyncDispose]()
    fleet.clock.set(0)
    house = fleet.house({ models, state, metadata, telemetry })
    house.link.setOnline(false)
    device = await house.start()
    await eventually(passing(runs('2.0.0')))
    expect(await problems()).toEqual(['expired', 'metadata-expired'])
  })
})
