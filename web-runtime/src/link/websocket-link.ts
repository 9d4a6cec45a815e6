import type { MqttConnect } from '@kedge/shared/adapters/mqtt-client'
import { openMqttLink, type MqttLinkOptions } from '@kedge/shared/adapters/mqtt-link'
import type { Link } from '@kedge/shared/device/ports/link'
import mqtt from 'mqtt'
import { wakefulClock } from './wakeful-clock.js'

/** MQTT over WebSocket, the only road to a broker that a page has. */
export const openWebSocketLink = (options: Omit<MqttLinkOptions, 'connect' | 'clock'>): Link =>
  openMqttLink({
    ...options,
    // MQTT.js asks for a Buffer by type; a Uint8Array is all that it needs.
    connect: mqtt.connect as unknown as MqttConnect,
    clock: wakefulClock,
  })
