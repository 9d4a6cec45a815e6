import { connect } from 'mqtt'
import type { MqttConnect } from '@kedge/shared/adapters/mqtt-client'
import { openMqttLink, type MqttLinkOptions } from '@kedge/shared/adapters/mqtt-link'
import type { Link } from '@kedge/shared/device/ports/link'
import type { Clock } from '@kedge/shared/util/clock'
import { seededEntropy } from '@kedge/shared/util/entropy'
import { eventually } from './eventually.js'
import type { ManualClock } from './manual-clock.js'

export interface TestLinkOptions extends Partial<MqttLinkOptions> {
  readonly url: string
  readonly clock: Clock
}

/** The real link on the real MQTT.js, as device `d-1`. */
export const openTestLink = (options: TestLinkOptions): Link =>
  openMqttLink({
    connect: connect as unknown as MqttConnect,
    device: 'd-1',
    password: () => Promise.resolve('password'),
    entropy: seededEntropy(1),
    log: { info: () => undefined, warn: () => undefined },
    ...options,
  })

/** Lets the link sit out its pauses, however long, until it is connected. */
export async function connected(link: Link, clock: ManualClock): Promise<void> {
  await eventually(async () => {
    if (!link.online) await clock.advance(1_000)
    return link.online
  }, 'a connection')
}
