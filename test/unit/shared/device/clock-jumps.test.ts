import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Device } from '@kedge/shared/device/device'
import type { DeploymentState } from '@kedge/shared/protocol/reported-state'
import { eventually } from '../../../support/eventually.js'
import { MemoryFleet, type House } from '../../../support/memory-fleet.js'
import { inputs } from '../../../support/scale-inputs.js'

const year = 365 * 24 * 3_600_000
const states: DeploymentState[] = [
  'resolving',
  'downloading',
  'verifying',
  'probing',
  'switching',
  'active',
]
const times: [string, (truth: number) => number][] = [
  ['a year back', (truth) => truth - year],
  ['a year ahead', (truth) => truth + year],
  ['to 1970', () => 0],
  ['to 2100', () => Date.UTC(2100, 0, 1)],
]

let fleet: MemoryFleet
let house: House
let device: Device
let truth: number
beforeEach(async () => {
  fleet = await MemoryFleet.create()
  truth = fleet.clock.now()
  fleet.tellTime(() => truth)
  fleet.trust.now = () => truth
  house = fleet.house()
  device = await house.start()
})
afterEach(() => device[Symbol.asyncDispose]())

const wanted = async (factor: number) =>
  fleet.desire(
    { scale: await fleet.release(factor) },
    { issuedAt: truth, expires: truth + 30 * 24 * 3_600_000 },
  )
const runs = (version: string) => async () => {
  await fleet.clock.advance(500)
  return device.model('scale').version?.release.version === version
}
const answer = async () => (await device.run('scale', inputs)).outputs['y']!.data[0]

/** Sets the clock at the very write with which the device enters a state. */
function jumpAt(state: DeploymentState, time: number): () => boolean {
  let hasJumped = false
  house.state.onSave = (text) => {
    if (hasJumped || !text.includes(`"version":"3.0.0"`)) return
    if (!text.includes(`"state":"${state}"`)) return
    hasJumped = true
    fleet.clock.set(time)
  }
  return () => hasJumped
}

describe('S11: a clock that jumps while a release is on its way', () => {
  for (const state of states) {
    it.each(times)(
      `as it is ${state}, %s, ends no inference and no deployment`,
      async (_to, at) => {
        await wanted(2)
        await eventually(runs('2.0.0'), 'version 2')
        const hasJumped = jumpAt(state, at(truth))
        await wanted(3)
        await eventually(async () => {
          expect([2, 3]).toContain(await answer())
          return runs('3.0.0')()
        }, 'version 3')
        await eventually(hasJumped, 'the jump')
        expect(await answer()).toBe(3)
        fleet.clock.set(truth)
        await fleet.clock.advance(2 * 3_600_000)
        expect(await device.status()).toMatchObject({ stale: false, problems: [] })
      },
    )
  }
})
