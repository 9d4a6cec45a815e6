import { generate } from 'mqtt-packet'

/** CONNECT of a device, as bytes. */
export const connectBytes = (device: string, password: string): Buffer =>
  generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId: device,
    username: device,
    password: Buffer.from(password),
    keepalive: 60,
    clean: true,
  })

/** PUBLISH at quality 0, as bytes. */
export const publishBytes = (topic: string, payload: Buffer): Buffer =>
  generate({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false })

/** Subscriptions at quality 0, as bytes; `messageId` is 1. */
export const subscribeBytes = (filters: readonly string[]): Buffer =>
  generate({
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: filters.map((topic) => ({ topic, qos: 0 as const })),
  })
