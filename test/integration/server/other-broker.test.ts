import path from 'node:path'
import { connectAsync } from 'mqtt'
import { describe, expect, it } from 'vitest'
import { topics } from '@kedge/shared/protocol/topics'
import { createKeyFile } from '@kedge/shared/trust/keys'
import { startAgent } from '../../../edge-agent/src/agent.js'
import { joinFleet } from '../../../edge-agent/src/config/join-fleet.js'
import { callApi, pushModel } from '../../support/admin-api.js'
import { mosquittoMissing, startMosquitto } from '../../support/mosquitto.js'
import { startTestServer } from '../../support/running-server.js'
import { denseNetwork } from '../../support/seed-models.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { until } from '../agent/test-fleet.js'

const network = denseNetwork({ name: 'network', sizes: [256, 512, 10], headSeed: 1 })

describe.skipIf(mosquittoMissing)(`a fleet on a Mosquitto ${mosquittoMissing ?? ''}`, () => {
  it('delivers a model to an agent, and carries pages to the broker', async () => {
    await using folder = await temporaryFolder()
    await using mosquitto = await startMosquitto()
    const data = path.join(folder.path, 'server')
    await using server = await startTestServer(data, { brokerUrl: mosquitto.url })
    const key = await createKeyFile('publisher')
    const publicKey = { id: key.id, key: key.publicKey }
    await callApi(server, 'POST /publishers', { name: 'publisher', key: publicKey })
    const facts = { name: 'network', version: '1.0.0', createdAt: Date.now() }
    await pushModel(server, network, { facts, key })
    await callApi(server, 'POST /rollouts', { model: 'network', version: '1.0.0', select: '*' })
    const body = { labels: {}, ttlS: 600, uses: 1 }
    const { token } = await callApi<{ token: string }>(server, 'POST /enrolment-tokens', body)
    const agentData = path.join(folder.path, 'agent')
    await joinFleet({ data: agentData, token, labels: {}, fetch })

    await using agent = await startAgent({ data: agentData })
    await agent.model('network').ready(AbortSignal.timeout(30_000))
    await until(async () => {
      const device = await callApi<{ presence: string }>(server, `GET /devices/${agent.id}`)
      return device.presence === 'online' ? true : undefined
    })

    const page = await connectAsync(`${server.url.replace('http', 'ws')}/mqtt`)
    const desired = new Promise<string>((resolve) => {
      page.on('message', (_topic, payload) => resolve(payload.toString()))
    })
    await page.subscribeAsync(topics.desired(agent.id).path)
    expect(JSON.parse(await desired)).toHaveProperty('signatures')
    await page.endAsync()
  })
})
