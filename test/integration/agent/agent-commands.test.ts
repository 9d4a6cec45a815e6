import { existsSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scalingModel } from '../../contract/tiny-models.js'
import { AgentProcess, runAgentCommand } from './agent-process.js'
import { TestFleet, until } from './test-fleet.js'

let fleet: TestFleet
beforeAll(async () => {
  fleet = await TestFleet.create()
  await fleet.push(scalingModel(2), { name: 'scaling', version: '1.0.0' })
  await fleet.rollOut('scaling', '1.0.0')
})
afterAll(async () => {
  await fleet[Symbol.asyncDispose]()
})

interface Report {
  readonly agent: string
  readonly url?: string
  readonly online?: boolean
  readonly models: { model: string; version?: string; deployment?: { state: string } }[]
}

const report = async (data: string): Promise<Report> =>
  JSON.parse((await runAgentCommand('status', '--data', data, '--json')).out) as Report

describe('kedge-agent', () => {
  it('enrols, runs, infers, tells its status alive and stopped, and stops cleanly', async () => {
    const token = await newToken()
    const data = path.join(fleet.folder, 'cli')
    const enrolled = await runAgentCommand('enrol', '--token', token, '--data', data)
    expect(enrolled).toMatchObject({
      code: 0,
      out: expect.stringMatching(/enrolled as d-/) as string,
    })
    await using agent = new AgentProcess('run', '--data', data, '--port', '0')
    const alive = await until(async () => {
      const found = await report(data)
      return found.models[0]?.version === undefined || !found.online ? undefined : found
    })
    expect(alive).toMatchObject({ agent: 'running', online: true })
    const infer = ['infer', '--data', data, '--model', 'scaling', '--input', '[1, 10]']
    expect(await runAgentCommand(...infer)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/y FP32 \[1, 2\]: 2 20/) as string,
    })
    expect(await agent.signal('SIGTERM')).toMatchObject({ code: 0, error: '' })
    expect(await report(data)).toMatchObject({
      agent: 'stopped',
      models: [{ model: 'scaling', version: '1.0.0', deployment: { state: 'active' } }],
    })
    const text = await runAgentCommand('status', '--data', data)
    expect(text.out).toMatch(/not running/)
    expect(text.out).toMatch(/scaling +1\.0\.0/)
  })

  it('says in one line what is wrong and what to do, with 1 for failed and 2 for usage', async () => {
    const empty = path.join(fleet.folder, 'empty')
    const rows: [string[], number, RegExp][] = [
      [['run', '--data', empty], 1, /^kedge-agent: .*has not joined a fleet; run: .*\n$/],
      [['status', '--data', empty], 1, /^kedge-agent: .*has not joined a fleet.*\n$/],
      [
        ['enrol', '--token', 'nonsense', '--data', empty],
        2,
        /^kedge-agent: .*enrolment token.*\n$/,
      ],
      [['infer', '--data', empty, '--model', 'm', '--input', '1'], 1, /no agent .* runs on/],
      [['infer', '--model', 'm', '--input', '1'], 2, /--data FOLDER or --url URL/],
      [
        ['infer', '--url', 'http://127.0.0.1:9', '--model', 'm', '--input', '1'],
        1,
        /no agent answers/,
      ],
      [['run'], 2, /--data/],
      [['run', '--data', empty, '--port', 'x'], 2, /A port is a number/],
      [['fly'], 2, /unknown command/],
    ]
    for (const [args, code, error] of rows) {
      const ended = await runAgentCommand(...args)
      expect([args, ended.code]).toEqual([args, code])
      expect(ended.error).toMatch(error)
    }
    expect(existsSync(empty)).toBe(false)
  })

  it('enrols a folder once, and with a token once', async () => {
    const token = await newToken()
    const first = path.join(fleet.folder, 'first')
    await runAgentCommand('enrol', '--token', token, '--data', first)
    const again = await runAgentCommand('enrol', '--token', await newToken(), '--data', first)
    expect(again).toMatchObject({ code: 1, error: expect.stringMatching(/is device d-/) as string })
    const other = path.join(fleet.folder, 'other')
    const used = await runAgentCommand('enrol', '--token', token, '--data', other)
    expect(used).toMatchObject({
      code: 1,
      error: expect.stringMatching(/refuses to enrol/) as string,
    })
  })

  it('lists only what it can do', async () => {
    const { out, code } = await runAgentCommand('--help')
    expect(code).toBe(0)
    expect(out).not.toMatch(/install|batch/)
    for (const command of ['enrol', 'run', 'status', 'infer']) expect(out).toMatch(command)
  })
})

async function newToken(): Promise<string> {
  const body = { labels: {}, ttlS: 600, uses: 1 }
  return (await fleet.api<{ token: string }>('POST /enrolment-tokens', body)).token
}
