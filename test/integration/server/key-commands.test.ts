import { execFile } from 'node:child_process'
import { cp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { syntheticModel } from '../../support/synthetic-model.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const program = path.resolve(import.meta.dirname, '../../../fleet-server/dist/cli/main.js')
const run = promisify(execFile)

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: RunningServer
const at = (...names: string[]) => path.join(folder.path, ...names)

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function kedge(...args: string[]): Promise<Ended> {
  const env = { ...process.env, KEDGE_URL: server.url, KEDGE_TOKEN: server.adminToken }
  try {
    return { code: 0, ...(await run(process.execPath, [program, ...args], { env })) }
  } catch (error) {
    return error as Ended
  }
}

/** The same without any server: whatever asks for one fails. */
async function alone(...args: string[]): Promise<Ended> {
  const env = { ...process.env, KEDGE_URL: 'http://127.0.0.1:9', KEDGE_TOKEN: 'none' }
  try {
    return { code: 0, ...(await run(process.execPath, [program, ...args], { env })) }
  } catch (error) {
    return error as Ended
  }
}

beforeAll(async () => {
  folder = await temporaryFolder()
  const init = ['key', 'init', '--out', at('keys'), '--roots', '2']
  const refused = await alone(...init)
  expect(refused).toMatchObject({ code: 2 })
  expect(refused.stderr).toContain('or say --no-passphrase')
  expect(await alone(...init, '--no-passphrase')).toMatchObject({ code: 0 })
  await cp(at('keys'), at('data', 'keys'), { recursive: true })
  await rm(at('data', 'keys', 'offline'), { recursive: true })
  server = await startTestServer(at('data'))
  await writeFile(at('net.onnx'), syntheticModel({ widths: [4, 4] }))
  await alone('key', 'create', '--out', at('ann.json'), '--name', 'ann')
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

describe('kedge key', () => {
  it('never writes over a key', async () => {
    const refused = await alone('key', 'init', '--out', at('keys'))
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.stderr).toContain('never overwritten')
  })

  it('has given the server no key that signs roots or targets', async () => {
    const listed = await kedge('key', 'ls', '--json')
    expect(JSON.parse(listed.stdout)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          role: 'root',
          keys: [expect.objectContaining({ onServer: false }), expect.anything()],
        }),
      ]),
    )
    expect(listed.stderr).toBe('')
  })

  it('signs a grant and a release with no server, which takes both', async () => {
    expect(await kedge('key', 'ls', '--save', at('held'))).toMatchObject({ code: 0 })
    const targets = at('held', 'targets.json')
    const offline = at('keys', 'offline')
    const key = path.join(offline, 'targets.json')
    const grant = ['key', 'grant', 'net', '--to', at('ann.json'), '--key', key]
    expect(await alone(...grant, '--targets', targets, '--out', at('signed'))).toMatchObject({
      code: 0,
    })
    expect(await readdir(at('signed'))).toEqual(['2.targets.json'])
    const sign = ['model', 'sign', at('net.onnx'), '--name', 'net', '--version', '1.0.0']
    const signed = await alone(...sign, '--key', at('ann.json'), '--out', at('release'))
    expect(signed).toMatchObject({ code: 0 })

    const early = await kedge('model', 'push', at('release'))
    expect(early.stderr).toContain('kedge key grant net')
    expect(await kedge('key', 'upload', at('signed', '2.targets.json'))).toMatchObject({ code: 0 })
    const pushed = await kedge('model', 'push', at('release'), '--json')
    expect(JSON.parse(pushed.stdout)).toMatchObject({ model: 'net', counter: 1, revoked: null })
  })

  it('gives root another key by the old one and the new', async () => {
    const offline = (name: string) => at('keys', 'offline', `${name}.json`)
    await alone('key', 'create', '--out', offline('root-3'), '--name', 'root-3')
    const rotate = ['key', 'rotate', 'root', '--key', offline('root-1'), '--add', offline('root-3')]
    const rotated = await kedge(...rotate)
    expect(rotated).toMatchObject({ code: 0, stderr: '' })
    const { stdout } = await kedge('key', 'ls')
    expect(stdout).toMatch(/^root +2 /m)
    const other = ['--key', offline('root-1'), '--add', offline('root-2')]
    const again = await kedge('key', 'rotate', 'root', ...other)
    expect(again.code).toBe(1)
    expect(again.stderr).toContain('not enough yet')
  })

  it('gives targets another key, with the grants signed anew', async () => {
    await alone('key', 'create', '--out', at('lead.json'), '--name', 'lead')
    const root = at('keys', 'offline', 'root-3.json')
    const rotated = await kedge('key', 'rotate', 'targets', '--key', root, '--add', at('lead.json'))
    expect(rotated).toMatchObject({ code: 0 })
    expect(rotated.stdout).toContain('3.root.json and 3.targets.json')
  })

  it('asks for the passphrase of a key, and says in a line that it is wrong', async () => {
    await writeFile(at('secret'), 'correct horse\n')
    await writeFile(at('other'), 'wrong horse\n')
    const bob = ['key', 'create', '--out', at('bob.json'), '--name', 'bob']
    const made = await alone(...bob, '--passphrase-file', at('secret'))
    expect(made.stdout).toContain('bob, encrypted')
    const kept = await readFile(at('bob.json'), 'utf8')
    expect(kept).toContain('BEGIN ENCRYPTED PRIVATE KEY')
    const sign = ['key', 'sign', at('signed', '2.targets.json'), '--key', at('bob.json')]
    const unasked = await alone(...sign)
    expect(unasked.stderr).toContain('bob.json is encrypted: give --passphrase-file')
    const wrong = await alone(...sign, '--passphrase-file', at('other'))
    expect(wrong.stderr).toBe('kedge: wrong passphrase for the key of bob\n')
  })

  it('takes two publishers where a model asks for two, and names the one who is missing', async () => {
    const to = ['--to', at('ann.json'), at('bob.json'), '--threshold', '2']
    const lead = ['--key', at('lead.json')]
    expect(await kedge('key', 'grant', 'pair', ...to, ...lead)).toMatchObject({ code: 0 })
    const file = [at('net.onnx'), '--name', 'pair', '--version', '1.0.0', '--out', at('pair')]
    const first = await alone('model', 'sign', ...file, '--key', at('ann.json'))
    expect(first).toMatchObject({ code: 0 })
    const early = await kedge('model', 'push', at('pair'))
    expect(early.stderr).toMatch(/has 1 of 2 signatures; still to sign: [0-9a-f]{12}; /)
    const bob = ['--key', at('bob.json'), '--passphrase-file', at('secret')]
    expect(await alone('model', 'sign', at('pair'), ...bob)).toMatchObject({ code: 0 })
    expect((await kedge('model', 'push', at('pair'))).stdout).toContain('pair@1.0.0')
  })

  it('says how what a model has is signed anew when a grant asks for more than has signed', async () => {
    const solo = ['key', 'grant', 'solo', '--to', at('ann.json'), '--key', at('lead.json')]
    expect(await kedge(...solo)).toMatchObject({ code: 0, stderr: '' })
    const file = [at('net.onnx'), '--name', 'solo', '--version', '1.0.0']
    const pushed = await kedge('model', 'push', ...file, '--key', at('ann.json'))
    expect(pushed).toMatchObject({ code: 0 })
    const lead = ['--key', at('lead.json'), '--threshold', '2']
    await alone('key', 'create', '--out', at('joe.json'), '--name', 'joe')
    const to = [at('ann.json'), at('joe.json')]
    const granted = await kedge('key', 'grant', 'solo', '--to', ...to, ...lead)
    expect(granted).toMatchObject({ code: 0 })
    const renewal = ['model', 'renew', 'solo', '--key', ...to]
    expect(granted.stderr).toBe(
      'devices refuse what solo has until its publishers have signed it anew: ' +
        `\`kedge ${renewal.join(' ')}\`\n`,
    )
    const again = await kedge('key', 'grant', 'solo', ...lead)
    expect(again.stderr).toContain('`kedge model renew solo --key KEY KEY`')
    expect(await kedge(...renewal)).toMatchObject({ code: 0 })
    expect(await kedge('key', 'grant', 'solo', ...lead)).toMatchObject({ code: 0, stderr: '' })
  })

  it('gives a model another publisher when the key of the one before is lost', async () => {
    await alone('key', 'create', '--out', at('eve.json'), '--name', 'eve')
    const rotate = ['key', 'rotate', 'model.net', '--key', at('lead.json')]
    const rotated = await kedge(...rotate, '--add', at('eve.json'))
    expect(rotated.stdout).toMatch(/has taken \d\.targets\.json and 2\.model\.net\.json/)
    const late = await kedge('model', 'renew', 'net', '--key', at('ann.json'))
    expect(late.stderr).toContain('kedge key grant net')
  })

  it('revokes a release in the signed role too', async () => {
    const why = ['--reason', 'wrong month', '--key', at('eve.json')]
    const revoked = await kedge('model', 'revoke', 'net@1.0.0', ...why)
    expect(revoked.stdout).toContain('net@1.0.0 is revoked: wrong month')
    const rollout = await kedge('rollout', 'create', '--model', 'net@1.0.0', '--select', '*')
    expect(rollout).toMatchObject({ code: 1 })
    expect(rollout.stderr).toContain('wrong month')
  })

  it('signs a role for longer, and raises a floor', async () => {
    expect(await kedge('model', 'renew', 'net', '--key', at('eve.json'))).toMatchObject({ code: 0 })
    expect((await kedge('model', 'floor', 'net@1.0.0')).stdout).toContain('nothing older')
  })
})
