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
  const { device, brokerUrl, ca } = enrolment
  return openMqttLink({
    ...parts,
    connect: ca === undefined ? connectBroker : connectOnly(ca),
    url: brokerUrl,
    device,
    password: () => devicePassword(enrolment, keys.privateKey, parts.clock),
  })
}

// MQTT.js asks for a Buffer by type; a Uint8Array is all that it needs.
const connectBroker = connect as unknown as MqttConnect

/** Connects to nobody whom this authority has not certified; the system's do not count. */
const connectOnly =
  (ca: string): MqttConnect =>
  (url, options) => {
    // The second for MQTT over WebSocket, which MQTT.js leaves to another library.
    const trust = { ca, wsOptions: { ca } }
    return connectBroker(url, { ...options, ...trust })
  }
