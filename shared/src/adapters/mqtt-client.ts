/** The part of MQTT.js that the link uses; each shell hands in the real `connect`. */
export interface MqttClient {
  on(event: 'connect', listener: () => void): unknown
  on(event: 'close', listener: () => void): unknown
  on(event: 'error', listener: (error: Error & { code?: number | string }) => void): unknown
  on(event: 'message', listener: (path: string, payload: Uint8Array) => void): unknown
  publish(
    path: string,
    payload: Uint8Array,
    options: { qos: 1; retain: boolean },
    done: (error?: Error | null) => void,
  ): unknown
  subscribe(
    paths: string[],
    options: { qos: 0 | 1 },
    done: (error: Error | null, requested?: unknown, packet?: { granted?: unknown[] }) => void,
  ): unknown
  unsubscribe(paths: string[], done: (error?: Error | null) => void): unknown
  end(force: boolean, done: () => void): unknown
  readonly stream: { destroy(): unknown }
}

export interface MqttConnectOptions {
  clientId: string
  username: string
  password: string
  protocolVersion: 4
  clean: true
  keepalive: number
  connectTimeout: number
  reconnectPeriod: 0
  resubscribe: false
  queueQoSZero: false
  will: { topic: string; payload: Uint8Array; qos: 1; retain: boolean }
}

export type MqttConnect = (url: string, options: MqttConnectOptions) => MqttClient
