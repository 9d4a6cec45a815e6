import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '@kedge/shared/util/clock'
import { Ms } from '@kedge/shared/util/units'
import { hangingModel } from '../../contract/tiny-models.js'
import { denseNetwork } from '../../support/seed-models.js'
import { AgentProcess, runAgentCommand } from './agent-process.js'
import { isAlive, runnersOf } from './child-processes.js'
import { TestFleet, until } from './test-fleet.js'

let fleet: TestFleet
beforeEach(async () => {
  fleet = await TestFleet.create()
})
afterEach(async () => {
  await fleet[Symbol.asyncDispose]()
})

const network = (headSeed: number) =>
  denseNetwork({ name: 'network', sizes: [1024, 1024, 1024, 10], headSeed })

describe('an agent that is killed', () => {
  it('ends in the same state, whenever in a rollout that was', async () => {
    await fleet.push(network(1), { name: 'network', version: '1.0.0' })
    await fleet.rollOut('network', '1.0.0')
    const data = await fleet.enrol('agent')
    for (const delay of [300, 500, 700, 900, 1_100, 1_400]) {
      await using agent = new AgentProcess('run', '--data', data, '--port', '0')
      await systemClock.sleep(Ms(delay))
      await agent.signal('SIGKILL')
      await expectOnlyVerifiedFiles(data)
    }
    await using agent = new AgentProcess('run', '--data', data, '--port', '0')
    await until(async () => {
      const { out } = await runAgentCommand('status', '--data', data)
      return /network +1\.0\.0 .* active/.test(out) ? true : undefined
    })
    await agent.signal('SIGTERM')
    await expectOnlyVerifiedFiles(data)
    expect(await readdir(path.join(data, 'chunks'))).toEqual([])
  })

  it('takes its runners with it, also one that hangs', async () => {
    await fleet.push(hangingModel(), { name: 'hanging', version: '1.0.0' })
    await fleet.rollOut('hanging', '1.0.0')
    const data = await fleet.enrol('agent')
    await using agent = new AgentProcess('run', '--data', data, '--port', '0')
    // Its probe, with zeros, is what hangs.
    const [runner] = await until(async () => {
      const found = await runnersOf(agent.pid)
      return found.length > 0 ? found : undefined
    })
    await systemClock.sleep(Ms(1_500))
    expect(await isAlive(runner!)).toBe(true)
    await agent.signal('SIGKILL')
    await until(async () => ((await isAlive(runner!)) ? undefined : true))
  })
})

/** Whatever bears a digest as its name has it. */
async function expectOnlyVerifiedFiles(data: string): Promise<void> {
  const models = path.join(data, 'models')
  for (const name of await readdir(models).catch(() => [])) {
    if (!/^[0-9a-f]{64}$/.test(name)) continue
    const bytes = await readFile(path.join(models, name))
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(name)
  }
}
