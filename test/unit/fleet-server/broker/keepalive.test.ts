import type { Client, ConnectPacket } from 'aedes'
import { MiB } from '@kedge/shared/util/units'
import { expect, it } from 'vitest'
import { BlobPackets } from '../../../../fleet-server/src/broker/blob-packets.js'
import { DeviceSessions } from '../../../../fleet-server/src/broker/device-sessions.js'
import { defaultLimits } from '../../../../fleet-server/src/broker/door-limits.js'
import { Diary, FolderSource, silent, Tally } from '../../../integration/broker/broker-house.js'

// aedes ends a connection of which it hears nothing for one and a half times so long [MQTT-3.1.2-24].
it.each([
  [0, 300],
  [1, 1],
  [300, 300],
  [301, 300],
  [65_535, 300],
])('a device that asks for a keepalive of %i s gets %i s, and no kept session', (asked, given) => {
  const retained = new FolderSource('nowhere')
  const sessions = new DeviceSessions({
    ...{ messages: new Diary(), metrics: new Tally(), log: silent, retained },
    authenticator: { authenticate: () => Promise.resolve(true) },
    packets: new BlobPackets(retained, MiB(1)),
    limits: defaultLimits,
    onAdmitted: () => undefined,
  })
  const packet = { keepalive: asked, clean: false } as ConnectPacket
  sessions.aedesOptions().preConnect?.({} as Client, packet, () => undefined)
  expect([packet.keepalive, packet.clean]).toEqual([given, true])
})
