import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import pg from 'pg'

const debianRoot = '/usr/lib/postgresql'

/** A real PostgreSQL server of a test's own. */
export interface TestPostgres extends AsyncDisposable {
  /** `postgres://…` of a new, empty database. */
  createDatabase(): Promise<string>
}

/** Undefined when there is one to start, else the line that a skipped test shows. */
export const postgresMissing =
  findBinaries() === undefined
    ? `no PostgreSQL in ${debianRoot} or POSTGRES_BIN; install postgresql to run this`
    : undefined

/** In CI nothing may be skipped: there the line is an error. */
export function skipReason(missing: string | undefined): string | undefined {
  if (missing !== undefined && process.env['CI'] === 'true') throw new Error(missing)
  return missing
}

export async function startPostgres(): Promise<TestPostgres> {
  const binaries = findBinaries()
  if (binaries === undefined) throw new Error(postgresMissing)
  const identity = findIdentity()
  const folder = await mkdtemp('/tmp/kedge-postgres-')
  if (identity) await chown(folder, identity.uid, identity.gid)
  const data = path.join(folder, 'data')
  const init = [...['-D', data, '-U', 'kedge', '-A', 'trust'], ...['-E', 'UTF8', '--no-sync']]
  execFileSync(path.join(binaries, 'initdb'), init, { ...identity, stdio: 'ignore' })
  const port = await freePort()
  const flags = [...['-D', data, '-p', String(port)], ...['-h', '127.0.0.1', '-k', folder]]
  const server = spawn(path.join(binaries, 'postgres'), [...flags, '-c', 'fsync=off'], {
    ...identity,
    stdio: 'ignore',
  })
  const urlOf = (database: string) => `postgres://kedge@127.0.0.1:${port}/${database}`
  await waitUntilItAnswers(urlOf('postgres'), server)
  let made = 0
  return {
    async createDatabase() {
      made += 1
      await query(urlOf('postgres'), `create database kedge_${made}`)
      return urlOf(`kedge_${made}`)
    },
    async [Symbol.asyncDispose]() {
      const ended = once(server, 'exit')
      server.kill('SIGINT')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The newest version's programs. */
function findBinaries(): string | undefined {
  const named = process.env['POSTGRES_BIN']
  const installed = existsSync(debianRoot)
    ? readdirSync(debianRoot)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => path.join(debianRoot, version, 'bin'))
    : []
  return [...(named ? [named] : []), ...installed].find((folder) =>
    existsSync(path.join(folder, 'initdb')),
  )
}

/** PostgreSQL refuses to run as root; undefined where we are not. */
function findIdentity(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const user of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }))
      return { uid: id('-u'), gid: id('-g') }
    } catch {
      // No such user: the next one.
    }
  }
  throw new Error('PostgreSQL cannot run as root, and there is no user postgres or nobody')
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  return port
}

async function waitUntilItAnswers(url: string, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`)
    try {
      return await query(url, 'select 1')
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  throw new Error('postgres does not answer')
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
