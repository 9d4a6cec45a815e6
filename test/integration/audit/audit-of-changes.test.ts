import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import Libsql from 'libsql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkpointFileSchema, openCheckpoint } from '../../../fleet-server/src/audit/checkpoint.js'
import { digestOf } from '../../../fleet-server/src/audit/digest.js'
import { auditRows, createServiceToken, createUser, testPassword } from '../../support/accounts.js'
import { callApi } from '../../support/admin-api.js'
import { Browser } from '../../support/browser.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const program = path.resolve(import.meta.dirname, '../../../fleet-server/dist/cli/main.js')
const run = promisify(execFile)

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: RunningServer

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startTestServer(path.join(folder.path, 'data'))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

async function kedge(...args: string[]): Promise<{ code: number; stdout: string }> {
  const env = { ...process.env, KEDGE_URL: server.url, KEDGE_TOKEN: server.adminToken }
  try {
    return { code: 0, ...(await run(process.execPath, [program, ...args], { env })) }
  } catch (error) {
    return error as { code: number; stdout: string }
  }
}

describe('audit trail of a server', () => {
  it('keeps who changed what, from where, as digests of before and after', async () => {
    const user = await createUser(server, 'ann', 'viewer')
    const changed = await callApi(server, `PATCH /users/${user.id}`, { role: 'operator' })
    await callApi(server, `DELETE /users/${user.id}`)
    const rows = await auditRows(server, 'action=user.manage')
    const [removed, patched, created] = rows
    expect(created).toMatchObject({
      actor: { kind: 'token', id: 'admin-token', name: 'admin token' },
      ...{ method: 'token', ip: '127.0.0.1', object: `users/${user.id}` },
      after: digestOf(user),
    })
    expect(patched).toMatchObject({ before: digestOf(user), after: digestOf(changed) })
    expect(removed).toMatchObject({ object: `users/${user.id}`, before: digestOf(changed) })
    expect(removed).not.toHaveProperty('after')
    expect(new Set(rows.map(({ requestId }) => requestId)).size).toBe(3)
  })

  it('says the request in the answer as in the trail', async () => {
    const response = await fetch(`${server.url}/api/v1/devices/nothing`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${server.adminToken}` },
    })
    expect(response.headers.get('x-request-id')).toMatch(/^q-[0-9a-f]{16}$/)
    // It changed nothing, so nothing is kept of it.
    expect(await auditRows(server, 'action=device')).toEqual([])
  })

  it('keeps what was refused to somebody', async () => {
    const { token } = await createServiceToken(server, 'viewer')
    await fetch(`${server.url}/api/v1/users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    })
    const [refused] = await auditRows(server, 'limit=1')
    expect(refused).toMatchObject({
      actor: { kind: 'token', name: 'a viewer' },
      ...{ action: 'access.refuse', object: 'POST /api/v1/users' },
    })
  })

  it('never holds a secret, nor does the database hold one in clear', async () => {
    const { token } = await createServiceToken(server, 'viewer')
    const { token: enrolment } = await callApi<{ token: string }>(
      server,
      'POST /enrolment-tokens',
      {},
    )
    await createUser(server, 'eve', 'viewer')
    const browser = new Browser(server.url)
    await browser.send('POST /api/v1/session', { name: 'eve', password: testPassword })
    const trail = JSON.stringify(await auditRows(server, 'limit=1000'))
    const files = await Promise.all(
      ['kedge.db', 'kedge.db-wal'].map((name) => readFile(path.join(folder.path, 'data', name))),
    )
    const kept = trail + Buffer.concat(files).toString('latin1')
    const cookie = browser.cookies.get('__Host-kedge')
    for (const secret of [token, enrolment, testPassword, cookie, server.adminToken]) {
      expect(kept).not.toContain(secret!.slice(4))
    }
  })

  it('is listed, exported and verified by the command line, with checkpoints', async () => {
    const ls = await kedge('audit', 'ls', '--action', 'user')
    expect(ls.stdout).toMatch(/admin token +token +127\.0\.0\.1 +user\.manage +users\/u-/)
    const checkpoint = path.join(folder.path, 'checkpoint.json')
    await writeFile(checkpoint, (await kedge('audit', 'checkpoint')).stdout)
    const verified = await kedge('audit', 'verify', '--checkpoint', checkpoint)
    expect(verified).toMatchObject({ code: 0 })
    expect(verified.stdout).toMatch(/^\d+ rows hold, and 1 checkpoint/)

    const file = path.join(folder.path, 'trail.ndjson')
    const exported = (await kedge('audit', 'ls', '--all', '--json')).stdout
    await writeFile(file, exported.replace('"user.manage"', '"user.nothing"'))
    const tampered = await kedge('audit', 'verify', '--from-file', file)
    expect(tampered).toMatchObject({ code: 1 })
    expect(tampered.stdout).toContain('row 1 is the first that does not hold')

    const other = await kedge(
      'audit',
      'verify',
      '--checkpoint',
      checkpoint,
      '--audit-key',
      stranger,
    )
    expect(other).toMatchObject({ code: 1 })
  })

  it('cannot be cut by who owns the database without a checkpoint telling', async () => {
    const checkpoint = path.join(folder.path, 'kept-elsewhere.json')
    await writeFile(checkpoint, (await kedge('audit', 'checkpoint')).stdout)
    const { n } = await openCheckpoint(
      checkpointFileSchema.parse(JSON.parse(await readFile(checkpoint, 'utf8'))),
    )
    const db = new Libsql(path.join(folder.path, 'data', 'kedge.db'))
    db.exec(`drop trigger "auditNo_delete"; delete from audit where n > ${n - 2}`)
    db.close()
    expect(await kedge('audit', 'verify')).toMatchObject({ code: 0 })
    const verdict = await kedge('audit', 'verify', '--json', '--checkpoint', checkpoint)
    expect(verdict.code).toBe(1)
    expect(JSON.parse(verdict.stdout)).toMatchObject({ bad: { n: n - 1 } })
  })

  it('is signed into the folder of the server when it has grown', async () => {
    await using other = await temporaryFolder()
    const data = path.join(other.path, 'data')
    const first = await startTestServer(data)
    await createUser(first, 'ann', 'viewer')
    await first[Symbol.asyncDispose]()
    const second = await startTestServer(data)
    await second[Symbol.asyncDispose]()
    const [name = ''] = await readdir(path.join(data, 'audit'))
    const text = await readFile(path.join(data, 'audit', name), 'utf8')
    const checkpoint = await openCheckpoint(checkpointFileSchema.parse(JSON.parse(text)))
    expect(checkpoint).toMatchObject({ n: 1 })
  })
})

/** A public key that has signed nothing. */
const stranger = Buffer.alloc(32, 9).toString('base64')
