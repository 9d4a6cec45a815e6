import { execFile } from 'node:child_process'
import { readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callApi, type ServerAccess } from '../../support/admin-api.js'
import { ServerProcess } from '../../support/server-process.js'
import { syntheticModel } from '../../support/synthetic-model.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { trustingFetch } from '../../support/trusting-fetch.js'

const program = path.resolve(import.meta.dirname, '../../../fleet-server/dist/cli/main.js')

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: ServerProcess
let access: ServerAccess
const at = (...names: string[]) => path.join(folder.path, ...names)
const ca = () => at('data', 'tls', 'ca.pem')

/** `kedge` as a publisher runs it elsewhere: nothing but the address, the token and the authority. */
async function kedge(...args: string[]) {
  const { url, adminToken } = server.access
  const env = { PATH: process.env['PATH'], KEDGE_URL: url, KEDGE_TOKEN: adminToken }
  const options = { env, cwd: folder.path }
  return promisify(execFile)(process.execPath, [program, ...args], options).then(
    (ended) => ({ code: 0, ...ended }),
    (error: unknown) => error as { code: number; stdout: string; stderr: string },
  )
}

async function start(): Promise<void> {
  server = await ServerProcess.start(at('data'), undefined, '--tls')
  access = { ...server.access, fetch: trustingFetch(await readFile(ca(), 'utf8')) }
}

beforeAll(async () => {
  folder = await temporaryFolder()
  await start()
  await writeFile(at('net.onnx'), syntheticModel({ widths: [4, 4] }))
  await kedge('key', 'create', '--out', at('ann.json'), '--name', 'ann')
}, 120_000)
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const push = (name: string) =>
  kedge('model', 'push', at('net.onnx'), '--name', name, '--key', at('ann.json'), '--ca', ca())

describe('a server with TLS whose offline keys are moved off', () => {
  it('says how in its log and its API, and takes what publishers sign afterwards', async () => {
    expect((await push('net')).stdout).toContain('net@1.0.0')
    const before = await callApi<{ development: boolean; advice: string }>(access, 'GET /trust')
    expect(before.development).toBe(true)
    const [, from = ''] = /\(mv (\S+) ELSEWHERE\)/.exec(before.advice) ?? []
    await server[Symbol.asyncDispose]()
    await rename(from, at('safe'))
    await start()

    expect(await callApi(access, 'GET /trust')).toMatchObject({ development: false, advice: null })
    expect((await push('net')).stdout).toContain('net@1.0.1')
    const refused = await push('other')
    expect(refused).toMatchObject({ code: 1 })
    const [, command = ''] = /`kedge (key grant other [^`]*)`/.exec(refused.stderr) ?? []
    const said = command
      .replace('PUBLIC-KEY', at('ann.json'))
      .replace('TARGETS.json', at('safe', 'targets.json'))
    const granted = await kedge(...said.split(' '), '--ca', ca())
    expect(granted.stdout).toContain('the server has taken')
    expect((await push('other')).stdout).toContain('other@1.0.0')
  }, 180_000)

  it('is not believed by a kedge that does not know its authority, and says what to give', async () => {
    const listed = await kedge('key', 'ls')
    expect(listed).toMatchObject({ code: 1, stdout: '' })
    expect(listed.stderr).toContain('DATA/tls/ca.pem')
  })
})
