import { createServer } from 'node:net'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Agent } from '../../../edge-agent/src/agent.js'
import { pickingModel, scalingModel } from '../../contract/tiny-models.js'
import { TestFleet } from './test-fleet.js'

let fleet: TestFleet
let agent: Agent
let data: string

beforeAll(async () => {
  fleet = await TestFleet.create()
  await fleet.push(scalingModel(2), {
    name: 'scaling',
    version: '1.0.0',
    prediction: { kind: 'classes', output: 'y' },
  })
  await fleet.push(pickingModel(), { name: 'picking', version: '1.0.0' })
  await fleet.rollOut('scaling', '1.0.0')
  await fleet.rollOut('picking', '1.0.0')
  data = await fleet.enrol('agent')
  agent = await fleet.startAgent({ data, port: 0 })
  for (const name of ['scaling', 'picking']) await agent.model(name).ready()
})
afterAll(async () => {
  await fleet[Symbol.asyncDispose]()
})

async function ask(path: string, body?: unknown, init: RequestInit = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const post = body === undefined ? {} : { method: 'POST', body: text }
  const response = await fetch(`${agent.url}${path}`, { ...post, ...init })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const x = (tensor: object) => ({
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 10], ...tensor }],
})

describe('the Open Inference Protocol on loopback', () => {
  it('tells health and what the server is', async () => {
    expect(await ask('/v2/health/live')).toEqual({ status: 200, body: { live: true } })
    expect(await ask('/v2/health/ready')).toEqual({ status: 200, body: { ready: true } })
    expect((await ask('/v2')).body).toMatchObject({ name: 'kedge-agent' })
  })

  it('describes a model, with -1 for extents that are open', async () => {
    const { body } = await ask('/v2/models/scaling')
    expect(body).toMatchObject({
      name: 'scaling',
      versions: ['1.0.0'],
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 2] }],
    })
    const ready = await ask('/v2/models/scaling/versions/1.0.0/ready')
    expect(ready).toEqual({ status: 200, body: { name: 'scaling', ready: true } })
  })

  it('infers, by model and by version, and echoes the request’s id', async () => {
    const y = { name: 'y', datatype: 'FP32', shape: [1, 2], data: [2, 20] }
    const { body } = await ask('/v2/models/scaling/infer', { id: 'mine', ...x({}) })
    expect(body).toMatchObject({ model_name: 'scaling', model_version: '1.0.0', id: 'mine' })
    expect(body['outputs']).toEqual([y])
    const nested = x({ shape: [2, 2], data: [[1, 2], [3, 4]] }) // prettier-ignore
    const again = await ask('/v2/models/scaling/versions/1.0.0/infer', nested)
    expect(again.body['outputs']).toEqual([{ ...y, shape: [2, 2], data: [2, 4, 6, 8] }])
  })

  it('takes the truth about a prediction, once', async () => {
    const { body } = await ask('/v2/models/scaling/infer', x({}))
    const path = '/v2/models/scaling/feedback'
    expect((await ask(path, { id: body['id'], label: 1 })).body).toEqual({ counted: true })
    expect((await ask(path, { id: body['id'], label: 1 })).body).toEqual({ counted: false })
  })

  it.each([
    ['a shape', x({ shape: [1, 3], data: [1, 2, 3] }), 400, /"x".*\[rows, 2\].*\[1, 3\]/],
    ['a count', x({ data: [1, 2, 3] }), 400, /"x" has 3 elements; shape \[1, 2\] needs 2/],
    ['a type', x({ datatype: 'INT64', data: [1, 2] }), 400, /"x".*float32.*int64/],
    ['an element', x({ data: [1, 'ten'] }), 400, /"x": element 1 is "ten"/],
    ['a name', x({ name: 'z' }), 400, /"x".*missing/],
    ['no inputs', { inputs: [] }, 400, /inputs/],
    ['no JSON', '{"inputs":', 400, /not JSON/],
    ['an output', { ...x({}), outputs: [{ name: 'q' }] }, 404, /no output "q".*y/],
  ] as const)('refuses %s that is wrong, and names it', async (...row) => {
    const [, body, status, reason] = row
    const answer = await ask('/v2/models/scaling/infer', body)
    expect(answer.status).toBe(status)
    expect(answer.body['error']).toMatch(reason)
  })

  it('says what ONNX Runtime says when a run fails', async () => {
    const index = { name: 'index', datatype: 'INT64', shape: [1], data: [99] }
    const { status, body } = await ask('/v2/models/picking/infer', { inputs: [index] })
    expect(status).toBe(500)
    expect(body['error']).toMatch(/ONNX Runtime: .*99/s)
  })

  it('knows what it does not have', async () => {
    expect((await ask('/v2/models/none')).body['error']).toMatch(/no model "none".*scaling/)
    expect((await ask('/v2/models/scaling/versions/9.9.9/infer', x({}))).status).toBe(404)
    expect((await ask('/v3')).status).toBe(404)
    expect((await ask('/v2/health/live', {})).status).toBe(400)
  })

  it('refuses a page of the web and a name that resolves to loopback', async () => {
    const foreign = await ask('/v2', undefined, { headers: { origin: 'https://example.org' } })
    expect(foreign.status).toBe(403)
    const { hostname, port } = new URL(agent.url!)
    const headers = { host: 'rebound.example' }
    const rebound = httpRequest({ hostname, port, path: '/v2', headers }).end()
    const [response] = (await once(rebound, 'response')) as [IncomingMessage]
    expect(response.statusCode).toBe(403)
    response.resume()
  })

  it('refuses a body without end', async () => {
    const body = 'x'.repeat(65 * 1024 * 1024)
    expect((await ask('/v2/models/scaling/infer', body)).status).toBe(413)
  })

  it('counts requests for Prometheus', async () => {
    const text = await (await fetch(`${agent.url}/metrics`)).text()
    expect(text).toMatch(/kedge_model_ready\{model="scaling",version="1.0.0"\} 1/)
    expect(text).toMatch(/kedge_http_requests_total\{method="POST",code="200"\} \d+/)
  })

  it('names the flag when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const second = await fleet.enrol('second')
    await expect(fleet.startAgent({ data: second, port })).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringMatching(/--port/) as string,
    })
    other.close()
    await using free = await fleet.startAgent({ data: second, port: 0 })
    expect(free.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })
})
