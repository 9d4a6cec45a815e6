import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { formatEnrolmentToken, parseEnrolmentToken } from '@kedge/shared/protocol/enrolment'
import { deferred } from '@kedge/shared/util/deferred'
import { systemClock } from '@kedge/shared/util/clock'
import { Ms } from '@kedge/shared/util/units'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AgentProcess, runAgentCommand } from '../integration/agent/agent-process.js'
import { callApi } from '../support/admin-api.js'
import { eventually } from '../support/eventually.js'
import { openHeldProxy } from '../support/held-proxy.js'
import { startTestServer, type RunningServer } from '../support/running-server.js'
import { temporaryFolder } from '../support/temporary-folder.js'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: RunningServer
let proxy: Awaited<ReturnType<typeof openHeldProxy>>
beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startTestServer(path.join(folder.path, 'server'))
  proxy = await openHeldProxy(server.url)
})
afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

interface Token {
  readonly id: string
  readonly text: string
}

/** A token for one device, whose way to the server leads through the proxy. */
async function newToken(): Promise<Token> {
  const body = { labels: {}, ttlS: 600, uses: 1 }
  const { token, id } = await callApi<{ token: string; id: string }>(
    server,
    'POST /enrolment-tokens',
    body,
  )
  return { id, text: formatEnrolmentToken({ ...parseEnrolmentToken(token), url: proxy.url }) }
}

async function usesLeft(id: string): Promise<number | undefined> {
  const { items } = await callApi<{ items: { id: string; usesLeft: number }[] }>(
    server,
    'GET /enrolment-tokens?limit=100',
  )
  return items.find((one) => one.id === id)?.usesLeft
}

async function devices(): Promise<string[]> {
  const { items } = await callApi<{ items: { id: string }[] }>(server, 'GET /devices?limit=100')
  return items.map(({ id }) => id)
}

const textOf = (data: string, name: string) => readFile(path.join(data, name), 'utf8')

const enrol = (token: string, data: string) => ['enrol', '--token', token, '--data', data] as const

/** What a kill must not have changed: one device more, of the key that was there, and one use. */
async function expectOneDevice(
  data: string,
  token: Token,
  facts: { key: string; before: string[] },
) {
  const { device } = JSON.parse(await textOf(data, 'enrolment.json')) as { device: string }
  expect((await devices()).filter((id) => !facts.before.includes(id))).toEqual([device])
  expect(await textOf(data, 'key')).toBe(facts.key)
  expect(await usesLeft(token.id)).toBe(0)
  return device
}

/** Ends `kedge-agent enrol` with SIGKILL at a step of its conversation, which goes on without it. */
async function killAt(
  [step, method]: readonly ['asked' | 'answered', 'GET' | 'POST'],
  args: readonly string[],
): Promise<void> {
  const [reached, killed] = [deferred<void>(), deferred<void>()]
  proxy.stopAt({
    [step]: async (asked: string) => {
      if (asked !== method) return
      reached.resolve()
      await killed.promise
    },
  })
  await using agent = new AgentProcess(...args)
  const early = agent.ended().then(({ error }) => Promise.reject(new TypeError(error)))
  await Promise.race([reached.promise, early])
  await agent.signal('SIGKILL')
  proxy.stopAt({})
  killed.resolve()
}

describe('an enrolment that is killed', () => {
  it.each([
    { what: 'with its key written and nothing said', at: ['asked', 'GET'], left: 1 },
    { what: 'with its request on the way', at: ['asked', 'POST'], left: 0 },
    { what: 'before it has heard the answer', at: ['answered', 'POST'], left: 0 },
  ] as const)('$what ends as one device by the same token', async ({ what, at, left }) => {
    const [token, before] = [await newToken(), await devices()]
    const data = path.join(folder.path, what)
    const args = enrol(token.text, data)
    await killAt(at, args)
    await eventually(async () => (await usesLeft(token.id)) === left, 'the end of the request')
    const key = await textOf(data, 'key')
    await expect(textOf(data, 'enrolment.json')).rejects.toThrow('ENOENT')

    const ended = await runAgentCommand(...args)
    const device = await expectOneDevice(data, token, { key, before })
    expect(ended).toMatchObject({ code: 0, error: '' })
    expect(ended.out).toContain(`enrolled as ${device}`)
  })

  it('after it has heard the answer is that device, at once or by the same token', async () => {
    for (const delay of [0, 5, 20]) {
      const [token, before] = [await newToken(), await devices()]
      const data = path.join(folder.path, `after-${delay}`)
      const args = enrol(token.text, data)
      const passed = deferred<void>()
      proxy.stopAt({ sent: (method) => void (method === 'POST' && passed.resolve()) })
      await using agent = new AgentProcess(...args)
      await passed.promise
      await systemClock.sleep(Ms(delay))
      await agent.signal('SIGKILL')
      const key = await textOf(data, 'key')

      const { code, out, error } = await runAgentCommand(...args)
      const device = await expectOneDevice(data, token, { key, before })
      const says = code === 0 ? `enrolled as ${device}` : `is device ${device} of a fleet already`
      expect(out + error).toContain(says)
    }
  })
})
