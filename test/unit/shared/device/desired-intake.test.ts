import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Device } from '@kedge/shared/device/device'
import type { DesiredState } from '@kedge/shared/protocol/desired-state'
import { topics } from '@kedge/shared/protocol/topics'
import { payloadTypes, signEnvelope, type Envelope } from '@kedge/shared/trust/dsse'
import { importSigner } from '@kedge/shared/trust/keys'
import { encodeUtf8 } from '@kedge/shared/util/bytes'
import { eventually } from '../../../support/eventually.js'
import { settle } from '../../../support/manual-clock.js'
import { MemoryFleet } from '../../../support/memory-fleet.js'

let fleet: MemoryFleet
let device: Device
beforeEach(async () => {
  fleet = await MemoryFleet.create()
  device = await fleet.house().start()
})
afterEach(() => device[Symbol.asyncDispose]())

const send = (envelope: Envelope) => fleet.broker.publish(topics.desired('d-1'), envelope)
const applied = async () => (await device.status()).seqApplied
const problems = async () => (await device.status()).problems.map(({ code }) => code)

async function expectRefusal(envelope: Envelope, code: string): Promise<void> {
  const before = await applied()
  send(envelope)
  await eventually(async () => (await problems()).length > 0, 'a refusal')
  expect(await problems()).toEqual([code])
  expect(await applied()).toBe(before)
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
      'sequence-stale',
      (now) => ({ seq: now, publishers: [] }),
    ],
    ['is for another device', 'signature-invalid', () => ({ device: 'd-2' })],
    ['is of another fleet', 'signature-invalid', () => ({ fleet: 'fleet-2' })],
    ['has expired', 'expired', (now) => ({ expires: now - 1 })],
    ['expires now', 'expired', (now) => ({ expires: now })],
    ['is numbered far in the future', 'sequence-stale', (now) => ({ seq: now + 2 * day })],
    [
      'names a publisher whose key is none',
      'document-invalid',
      () => ({
        publishers: [{ id: 'x', key: '%'.repeat(44) }],
      }),
    ],
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
    const envelope = await signEnvelope(payloadTypes.release, encodeUtf8('{}'), signer)
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
    expect(await problems()).toEqual(['document-invalid'])
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
