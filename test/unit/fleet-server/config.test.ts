import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { toConfig } from '../../../fleet-server/src/config/config.js'
import { readEnv } from '../../../fleet-server/src/config/env.js'

describe('server configuration', () => {
  it('keeps everything in one folder and listens to this machine only, unless told', () => {
    const config = toConfig(readEnv({}))
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      broker: { kind: 'embedded', port: 1883 },
      database: { kind: 'sqlite', file: path.resolve('.kedge/kedge.db') },
      blobs: { kind: 'disk', folder: path.resolve('.kedge/blobs') },
    })
  })

  it('takes database, broker and blobs by address', () => {
    const config = toConfig(
      readEnv({
        KEDGE_DATABASE_URL: 'postgres://u@h/db',
        KEDGE_BROKER_URL: 'mqtt://broker:1883',
        KEDGE_BLOBS_URL: 's3://models/kedge/blobs?endpoint=http://localhost:9000&region=eu',
      }),
    )
    expect(config.database).toEqual({ kind: 'postgres', url: 'postgres://u@h/db' })
    expect(config.broker).toEqual({ kind: 'external', url: 'mqtt://broker:1883' })
    expect(config.blobs).toEqual({
      kind: 's3',
      bucket: 'models',
      prefix: 'kedge/blobs',
      endpoint: 'http://localhost:9000',
      region: 'eu',
    })
  })

  it('counts an empty variable as absent', () => {
    expect(toConfig(readEnv({ KEDGE_PORT: '' })).port).toBe(8080)
  })

  it.each([
    [{ port: '99999' }, /--port \(KEDGE_PORT\)/],
    [{ mqttPort: 'x' }, /--mqtt-port \(KEDGE_MQTT_PORT\)/],
    [{ databaseUrl: 'mysql://h/db' }, /--database-url.*postgres:/],
    [{ brokerUrl: 'http://h' }, /--broker-url.*mqtt:/],
  ])('names the flag and the variable of what is wrong: %j', (environment, message) => {
    expect(() => toConfig(environment)).toThrow(message)
  })
})
