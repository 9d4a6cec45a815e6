import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Tensor } from '@kedge/shared/model/tensor'
import { reportCodec } from '@kedge/shared/protocol/report'
import { payloadTypes } from '@kedge/shared/protocol/envelope'
import { openEnvelope, type Envelope } from '@kedge/shared/trust/dsse'
import { importPublicKey } from '@kedge/shared/trust/keys'
import type { Agent } from '../../../edge-agent/src/agent.js'
import { scalingModel } from '../../contract/tiny-models.js'
import { runnersOf } from './child-processes.js'
import { TestFleet, until } from './test-fleet.js'

const row: Tensor = { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 10) }
const facts = (version: string) => ({ name: 'scaling', version })

let fleet: TestFleet
beforeEach(async () => {
  fleet = await TestFleet.create()
})
afterEach(async () => {
  await fleet[Symbol.asyncDispose]()
})

async function serveFirstVersion(): Promise<{ agent: Agent; data: string }> {
  await fleet.push(scalingModel(2), facts('1.0.0'))
  await fleet.rollOut('scaling', '1.0.0')
  const data = await fleet.enrol('agent')
  const agent = await fleet.startAgent({ data, port: 0 })
  await agent.model('scaling').ready(AbortSignal.timeout(30_000))
  return { agent, data }
}

async function firstOutput(agent: Agent): Promise<unknown> {
  const { outputs } = await agent.model('scaling').run({ x: row })
  return outputs['y']?.data
}

describe('an agent of a fleet', () => {
  it('receives a model, runs it, and reports that it does', async () => {
    const { agent } = await serveFirstVersion()
    expect(await firstOutput(agent)).toEqual(Float32Array.of(2, 20))
    const seen = await until(async () => {
      const device = await fleet.api<{ presence: string; reported: ReportedSlots | null }>(
        `GET /devices/${agent.id}`,
      )
      return device.reported?.slots['scaling']?.deployment?.state === 'active' ? device : undefined
    })
    expect(seen.presence).toBe('online')
    expect((await agent.status()).online).toBe(true)
  })

  it('signs its reports, so that anybody can check them by its key', async () => {
    const { agent } = await serveFirstVersion()
    const { id } = agent
    const { publicKey: key } = await fleet.api<{ publicKey: string }>(`GET /devices/${id}`)
    const envelope = await until(() =>
      fleet.api<Envelope>(`GET /devices/${id}/report`).catch(() => undefined),
    )
    const trusted = [await importPublicKey({ id, key })]
    const report = reportCodec.decode(await openEnvelope(envelope, payloadTypes.report, trusted))
    expect(report.device).toBe(id)
  })

  it('answers before there is a model, and says that it is not ready', async () => {
    const agent = await fleet.startAgent({ data: await fleet.enrol('agent') })
    await expect(agent.model('scaling').run({ x: row })).rejects.toMatchObject({
      code: 'model-not-ready',
    })
  })

  it('swaps versions without a failed call', async () => {
    const { agent } = await serveFirstVersion()
    await fleet.push(scalingModel(3), facts('1.1.0'))
    await fleet.rollOut('scaling', '1.1.0')
    const versions = new Set<string>()
    await until(async () => {
      const { outputs, version } = await agent.model('scaling').run({ x: row })
      const factor = version === '1.0.0' ? 2 : 3
      expect(outputs['y']?.data).toEqual(Float32Array.of(factor, 10 * factor))
      versions.add(version)
      return version === '1.1.0' ? true : undefined
    })
    expect([...versions]).toEqual(['1.0.0', '1.1.0'])
  })

  it('serves from its disk when it starts without a network', async () => {
    const { agent, data } = await serveFirstVersion()
    await agent[Symbol.asyncDispose]()
    await fleet.stopServer()
    const again = await fleet.startAgent({ data })
    await again.model('scaling').ready(AbortSignal.timeout(10_000))
    expect(await firstOutput(again)).toEqual(Float32Array.of(2, 20))
    expect((await again.status()).online).toBe(false)
    await fleet.restartServer()
    await until(async () => ((await again.status()).online ? true : undefined))
  })

  it('is the only one on its data folder', async () => {
    const { agent, data } = await serveFirstVersion()
    await expect(fleet.startAgent({ data })).rejects.toMatchObject({ code: 'conflict' })
    await agent[Symbol.asyncDispose]()
    await using again = await fleet.startAgent({ data })
    expect(again.id).toBe(agent.id)
  })

  it('starts the model anew when its process is killed', async () => {
    const { agent } = await serveFirstVersion()
    for (const pid of await runnersOf(process.pid)) process.kill(pid, 'SIGKILL')
    const outcome = await until(async () => {
      const data = await firstOutput(agent).catch((error: { code: string }) => error.code)
      return data === 'runner-crashed' || data === 'model-not-ready' ? undefined : data
    })
    expect(outcome).toEqual(Float32Array.of(2, 20))
    expect((await agent.status()).problems).toMatchObject([{ code: 'runner-crashed' }])
  })

  it('keeps the old version when the new one does not load, and says why', async () => {
    const { agent } = await serveFirstVersion()
    const golden = { inputs: { x: row }, outputs: { y: row } }
    await fleet.push(scalingModel(5), {
      ...facts('2.0.0'),
      golden: { samples: [golden], tolerance: { absolute: 1e-3, relative: 1e-3 } },
    })
    await fleet.rollOut('scaling', '2.0.0')
    const { reason } = await until(async () => {
      const deployment = (await agent.status()).slots['scaling']?.deployment
      return deployment?.state === 'failed' ? deployment : undefined
    })
    expect(reason?.code).toBe('golden-mismatch')
    expect(await firstOutput(agent)).toEqual(Float32Array.of(2, 20))
  })

  it('leaves no process and no temporary file behind', async () => {
    const { agent, data } = await serveFirstVersion()
    await agent[Symbol.asyncDispose]()
    expect(await runnersOf(process.pid)).toEqual([])
    const names = await readdir(data, { recursive: true })
    expect(names.filter((name) => name.endsWith('.tmp') || name === 'agent.json')).toEqual([])
  })
})

interface ReportedSlots {
  readonly slots: Record<string, { readonly deployment?: { readonly state: string } }>
}
