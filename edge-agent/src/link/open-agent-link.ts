import { connect } from 'mqtt'
import { devicePassword, type DeviceKeys } from '@kedge/shared/adapters/enrolment'
import type { MqttConnect } from '@kedge/shared/adapters/mqtt-client'
import { openMqttLink } from '@kedge/shared/adapters/mqtt-link'
import type { DeviceLog } from '@kedge/shared/device/ports/host'
import type { Link } from '@kedge/shared/device/ports/link'
import type { Enrolment } from '@kedge/shared/protocol/enrolment'
import type { Clock } from '@kedge/shared/util/clock'
import type { Entropy } from '@kedge/shared/util/entropy'

export interface AgentLinkOptions {
  readonly enrolment: Enrolment
  readonly keys: DeviceKeys
  readonly clock: Clock
  readonly entropy: Entropy
  readonly log: DeviceLog
}

/** MQTT over TCP, TLS or WebSocket, as the broker's address says. */
export function openAgentLink({ enrolment, keys, ...parts }: AgentLinkOptions): Link {
  const { device, brokerUrl } = enrolment
  return openMqttLink({
    ...parts,
    // MQTT.js asks for a Buffer by type; a Uint8Array is all that it needs.
    connect: connect as unknown as MqttConnect,
    url: brokerUrl,
    device,
    password: () => devicePassword(device, keys.privateKey, parts.clock),
  })
}
