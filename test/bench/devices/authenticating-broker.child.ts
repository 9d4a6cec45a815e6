import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock } from '@kedge/shared/util/clock'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import type { EmbeddedBroker } from '../../../fleet-server/src/broker/broker.js'
import { startEmbeddedBroker } from '../../../fleet-server/src/broker/embedded-broker.js'
import { brokerMetrics } from '../../../fleet-server/src/broker/prometheus.js'
import { openDatabase } from '../../../fleet-server/src/db/open-database.js'
import { createDeviceAuthenticator } from '../../../fleet-server/src/devices/authenticate-device.js'
import { DeviceRepository } from '../../../fleet-server/src/devices/device-repository.js'
import { EnrolmentRepository } from '../../../fleet-server/src/devices/enrolment-repository.js'
import { answer } from '../harness/child.js'
import type { Member } from './connecting.child.js'

let broker: EmbeddedBroker | undefined
let folder = ''
const ignore = () => Promise.resolve()
// All of them come from one address, time and again.
const asMany = { perSecond: 1e6, burst: 1e6 }

const handlers = {
  /** The product's broker with the product's authenticator, over a database file of `members`. */
  async start({ members }: { members: readonly Member[] }): Promise<{ port: number }> {
    folder = await mkdtemp(path.join(tmpdir(), 'kedge-bench-connect-'))
    const db = await openDatabase({ kind: 'sqlite', file: path.join(folder, 'kedge.db') })
    const devices = new DeviceRepository(db)
    for (const { id, publicKey } of members) {
      const enrolledAt = systemClock.now()
      await devices.enrol({ id, publicKey, kind: 'agent', labels: {}, enrolledAt }, undefined)
    }
    const log = pino({ level: 'silent' })
    broker = await startEmbeddedBroker({
      host: '127.0.0.1',
      port: 0,
      log,
      limits: { arrivals: asMany, allArrivals: asMany },
      authenticator: createDeviceAuthenticator({
        clock: systemClock,
        enrolments: new EnrolmentRepository(db),
        log,
        trust: { id: 'f-bench' },
      }),
      retained: {
        blob: () => Promise.resolve(undefined),
        desired: () => Promise.resolve(undefined),
        meta: () => Promise.resolve(undefined),
      },
      messages: {
        presence: ignore,
        reported: ignore,
        telemetry: ignore,
        ask: ignore,
        malformed: () => undefined,
      },
      metrics: brokerMetrics(new Registry()),
    })
    return { port: broker.port }
  },

  async stop(): Promise<void> {
    await broker?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  },
}

export type AuthenticatingBroker = typeof handlers
answer(handlers)
