import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Device } from '@kedge/shared/device/device'
import type { DesiredState } from '@kedge/shared/protocol/desired-state'
import { topics } from '@kedge/shared/protocol/topics'
import { payloadTypes } from '@kedge/shared/protocol/envelope'
import type { Envelope } from '@kedge/shared/trust/dsse'
import { signEnvelope } from '@kedge/shared/trust/sign-envelope'
import { importSigner } from '@kedge/shared/trust/keys'
import { encodeUtf8 } from '@kedge/shared/util/bytes'
import { eventually } from '../../../support/eventually.js'
import { settle } from '../../../support/manual-clock.js'
import { MemoryFleet, type House } from '../../../support/memory-fleet.js'

let fleet: MemoryFleet
let house: House
let device: Device
beforeEach(async () => {
  fleet = await MemoryFleet.create()
  house = fleet.house()
  device = await house.start()
  await eventually(async () => (await house.state.load('device')) !== undefined, 'the time')
})
afterEach(() => device[Symbol.asyncDispose]())

const send = (envelope: Envelope) => fleet.broker.publish(topics.desired('d-1'), envelope)
const applied = async () => (await device.status()).seqApplied
const problems = async () => (await device.status()).problems.map(({ code }) => code)

async function expectRefusal(envelope: Envelope, code: string): Promise<void> {
  const before = await applied()
  const stored = await house.state.load('device')
  send(envelope)
  await eventually(async () => {
    // The device waits for a next root that never comes.
    await fleet.clock.advance(1_000)
    return (await problems()).length > 0
  }, 'a refusal')
  expect(await problems()).toEqual([code])
  expect(await applied()).toBe(before)
  expect(await house.state.load('device')).toEqual(stored)
}

const day = 24 * 3_600_000

describe('desired state', () => {
  it('is taken over when it is newer, and clears what was refused before', async () => {
    const now = fleet.clock.now()
    await fleet.desire({}, { seq: now })
    await eventually(async () => (await applied()) === now)
    await expectRefusal(await fleet.signDesired({}, { seq: now - 1 }), 'sequence-stale')
    await fleet.desire({}, { seq: now + 1 })
    await eventually(async () => (await applied()) === now + 1)
    expect(await problems()).toEqual([])
  })

  it.each<[string, string, (now: number) => Partial<DesiredState>]>([
    ['is older', 'sequence-stale', (now) => ({ seq: now - 5 })],
    [
      'has the same number and says something else',
      'sequence-reused',
      (now) => ({ seq: now, floor: { scale: 1 } }),
    ],
    ['is for another device', 'wrong-device', () => ({ device: 'd-2' })],
    ['is of another fleet', 'wrong-fleet', () => ({ fleet: 'fleet-2' })],
    ['has expired', 'expired', (now) => ({ expires: now - 1 })],
    ['expires at this moment', 'expired', (now) => ({ expires: now })],
    ['was issued in two days', 'not-yet-valid', (now) => ({ issuedAt: now + 2 * day })],
    ['is numbered far in the future', 'sequence-ahead', (now) => ({ seq: now + 2 * day })],
    ['is numbered 2^53', 'sequence-invalid', () => ({ seq: 2 ** 53 })],
    ['is numbered 2^53 + 2', 'sequence-invalid', () => ({ seq: 2 ** 53 + 2 })],
    ['is numbered by halves', 'sequence-invalid', (now) => ({ seq: now + 0.5 })],
    ['is numbered below 0', 'sequence-invalid', () => ({ seq: -1 })],
    ['is of an older epoch', 'epoch-stale', () => ({ epoch: 0 })],
    ['is of an epoch that no root has begun', 'epoch-ahead', () => ({ epoch: 2 })],
    ['asks for a root that is not to be had', 'metadata-missing', () => ({ minRootVersion: 2 })],
    ['is of another version of the protocol', 'document-invalid', () => ({ v: 2 as 1 })],
  ])('that %s is refused as %s', async (_what, code, change) => {
    const now = fleet.clock.now()
    await fleet.desire({}, { seq: now })
    await eventually(async () => (await applied()) === now)
    await expectRefusal(await fleet.signDesired({}, change(now)), code)
  })

  it('that was signed with another key is refused', async () => {
    const other = await MemoryFleet.create()
    await expectRefusal(await other.signDesired({}), 'signature-invalid')
  })

  it('that was signed as something else is refused', async () => {
    const signer = await importSigner(fleet.fleetKey)
    const envelope = await signEnvelope(payloadTypes.time, encodeUtf8('{}'), signer)
    await expectRefusal(envelope, 'signature-invalid')
  })

  it.each(['', '{}', '{"v":1}', 'null', '['.repeat(1_000)])(
    'of which the signed payload is %j is refused',
    async (text) => {
      const signer = await importSigner(fleet.fleetKey)
      const envelope = await signEnvelope(payloadTypes.desired, encodeUtf8(text), signer)
      await expectRefusal(envelope, 'document-invalid')
    },
  )

  it('that is no envelope is counted and told, and changes nothing', async () => {
    for (const text of ['', '{', '[]', '{"payload":7}', 'x'.repeat(70_000)]) {
      fleet.broker.publishBytes(topics.desired('d-1').path, encodeUtf8(text))
    }
    await settle()
    expect(await problems()).toEqual(['too-large'])
    expect(await applied()).toBe(0)
  })

  it('in force is recognised when the broker sends it again, and nothing is refused any more', async () => {
    const envelope = await fleet.desire({})
    await eventually(async () => (await applied()) > 0)
    await expectRefusal(await fleet.signDesired({}, { expires: 1 }), 'expired')
    send(envelope)
    await eventually(async () => (await problems()).length === 0)
  })

  it('in force survives a restart, also when it has expired meanwhile', async () => {
    const house = fleet.house()
    const first = await house.start()
    await fleet.desire({ scale: await fleet.release(2) })
    await eventually(() => first.model('scale').version !== undefined)
    await first[Symbol.asyncDispose]()
    await fleet.clock.advance(2 * 3_600_000)
    fleet.broker.retained.delete(topics.desired('d-1').path)
    const again = fleet.house({ models: house.models, state: house.state })
    const second = await again.start()
    await eventually(() => second.model('scale').version !== undefined)
    await second[Symbol.asyncDispose]()
  })
})
