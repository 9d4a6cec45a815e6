import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signedIn, testPassword } from '../../support/accounts.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const program = path.resolve(import.meta.dirname, '../../../fleet-server/dist/cli/main.js')

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: RunningServer

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startTestServer(folder.path)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

async function kedge(args: string[], { input = '', token = server.adminToken } = {}) {
  const env = { ...process.env, KEDGE_URL: server.url, KEDGE_TOKEN: token }
  const child = spawn(process.execPath, [program, ...args], { env })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()))
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number]
  return { code, stdout, stderr }
}

describe('kedge user', () => {
  it('makes, lists, changes and removes accounts, with the password from the input', async () => {
    const input = `${testPassword}\n`
    const made = await kedge(['user', 'create', 'ann', '--role', 'operator'], { input })
    expect(made.stdout).toMatch(/^ann \(u-[0-9a-f]{12}\) is operator now\n$/)
    await signedIn(server, 'ann')
    const { stdout } = await kedge(['user', 'ls'])
    expect(stdout).toMatch(/^ann +operator +password +\d+ s ago +\d+ s ago$/m)
    expect((await kedge(['user', 'role', 'ann', 'viewer'])).stdout).toBe('ann is viewer now\n')
    expect((await kedge(['user', 'remove', 'ann'])).stdout).toBe('ann is removed\n')
    expect((await kedge(['user', 'remove', 'ann'])).stderr).toContain('there is no user ann')
  })

  it('leaves with 2 for a role that there is none of, and with 1 for a short password', async () => {
    expect(await kedge(['user', 'create', 'bob', '--role', 'boss'])).toMatchObject({ code: 2 })
    const short = await kedge(['user', 'create', 'bob', '--role', 'viewer'], { input: 'short\n' })
    expect(short).toMatchObject({ code: 1 })
    expect(short.stderr).toContain('at least 10 characters')
  })
})

describe('kedge service-token', () => {
  it('prints a token once, which does what its role may until it is revoked', async () => {
    const made = await kedge(['service-token', 'create', 'ci', '--role', 'viewer', '--ttl', '1h'])
    expect(made.stdout).toMatch(/^kst_[\w-]{43}\n$/)
    const token = made.stdout.trim()
    expect((await kedge(['device', 'ls'], { token })).code).toBe(0)
    const refused = await kedge(['user', 'ls'], { token })
    expect(refused.stderr).toContain('the role viewer does not allow user.read')
    const list = await kedge(['service-token', 'ls'])
    const [, id = ''] = /^(st-\w+) +ci +viewer +admin token +\d+ s ago/m.exec(list.stdout) ?? []
    expect(list.stdout).not.toContain('kst_')
    expect((await kedge(['service-token', 'revoke', id])).code).toBe(0)
    expect((await kedge(['device', 'ls'], { token })).code).toBe(1)
  })
})
