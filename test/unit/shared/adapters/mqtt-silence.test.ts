import { topics } from '@kedge/shared/protocol/topics'
import { expect, it } from 'vitest'
import { eventually } from '../../../support/eventually.js'
import { ManualClock } from '../../../support/manual-clock.js'
import { polite, RawBroker } from '../../../support/raw-broker.js'
import { connected, openTestLink } from '../../../support/test-link.js'

it('a subscription that nobody answers ends the connection, and the next one asks again', async () => {
  await using broker = await RawBroker.start()
  broker.behave = (packet, connection) => {
    if (packet.cmd !== 'subscribe' || broker.connections.length > 1) polite(packet, connection)
  }
  const clock = new ManualClock()
  await using link = openTestLink({ url: broker.url, clock })
  await connected(link, clock)
  const asked = link.subscribe(topics.desired('d-1'), () => undefined)
  const subscribes = () => broker.packets.filter(({ cmd }) => cmd === 'subscribe').length
  await eventually(() => subscribes() === 1)
  await clock.advance(29_000)
  expect(link.online).toBe(true)
  await clock.advance(1_000)
  await eventually(() => !link.online, 'the end of the connection')
  await connected(link, clock)
  await eventually(() => subscribes() === 2, 'the second question')
  await asked
  await clock.advance(60_000)
  expect(link.online).toBe(true)
})
