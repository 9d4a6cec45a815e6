import { setTimeout as delay } from 'node:timers/promises'
import { createKeyFile } from '@kedge/shared/trust/keys'
import { openDatabase } from '../../../fleet-server/src/db/open-database.js'
import { DeviceRepository } from '../../../fleet-server/src/devices/device-repository.js'
import { toConfig } from '../../../fleet-server/src/config/config.js'
import { callApi, pushModel } from '../../support/admin-api.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { syntheticModel } from '../../support/synthetic-model.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { answer } from '../harness/child.js'

const folder = await temporaryFolder()
let server: RunningServer | undefined
let version = 0

/** What a rollout to the whole fleet costs this process. */
export interface Issuing {
  readonly wallS: number
  /** Of all its threads: what one core would need. */
  readonly cpuS: number
}

/** Devices that are in the registry, as a broker's own test has them connected. */
async function seedDevices(data: string, count: number): Promise<void> {
  const config = toConfig({ data, port: '0', mqttPort: '0', logLevel: 'silent' })
  const db = await openDatabase(config.database)
  const devices = new DeviceRepository(db)
  for (let i = 0; i < count; i++) {
    const id = `d-${String(i).padStart(20, '0')}`
    const publicKey = Buffer.alloc(32, i).toString('base64')
    const labels = { site: `site-${i % 7}` }
    await devices.enrol({ id, kind: 'agent', publicKey, labels, enrolledAt: i }, undefined)
  }
  await db.destroy()
}

async function issued(): Promise<number> {
  const metrics = await (await fetch(`${server!.url}/metrics`)).text()
  return Number(/^kedge_desired_states_issued_total (\d+)/m.exec(metrics)?.[1] ?? 0)
}

async function untilIssued(count: number): Promise<void> {
  while ((await issued()) < count) await delay(20)
}

/** Waits until nothing more is issued. */
async function settled(): Promise<number> {
  for (let before = -1; ;) {
    const now = await issued()
    if (now === before) return now
    before = now
    await delay(1_000)
  }
}

const handlers = {
  /** The whole server, on SQLite, with its embedded broker and `devices` in its registry. */
  async start({ devices }: { devices: number }): Promise<void> {
    await seedDevices(folder.path, devices)
    server = await startTestServer(folder.path)
    await untilIssued(devices)
  },

  /** Publishes a version and rolls it out to everybody. */
  async rollOut({ devices }: { devices: number }): Promise<Issuing> {
    version += 1
    const key = await createKeyFile(`bench-${version}`)
    const publisher = { name: key.name, key: { id: key.id, key: key.publicKey } }
    const name = `net-${version}`
    await callApi(server!, 'POST /publishers', publisher)
    const model = syntheticModel({ widths: [16, 16, 4], seeds: {} })
    await pushModel(server!, model, { facts: { name, version: '1.0.0', createdAt: 1 }, key })
    // The new publisher has every state signed again; that is to be over first.
    const before = await settled()
    const [cpu, start] = [process.cpuUsage(), performance.now()]
    await callApi(server!, 'POST /rollouts', {
      model: name,
      version: '1.0.0',
      select: 'kind=agent',
    })
    await untilIssued(before + devices)
    const { user, system } = process.cpuUsage(cpu)
    return { wallS: (performance.now() - start) / 1_000, cpuS: (user + system) / 1e6 }
  },

  async stop(): Promise<void> {
    await server?.[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  },
}
export type FleetServerChild = typeof handlers

answer(handlers)
