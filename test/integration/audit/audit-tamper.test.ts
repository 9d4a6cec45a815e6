import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { PostgresAdapter, sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Database } from '../../../fleet-server/src/db/schema.js'
import { createServiceToken } from '../../support/accounts.js'
import { describeOnDatabases } from '../../support/databases.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

// V14: what somebody does who owns the database, as `kedge audit verify` tells of it.

const program = path.resolve(import.meta.dirname, '../../../fleet-server/dist/cli/main.js')
const run = promisify(execFile)

const moved = (from: string, to: string) =>
  `update "audit" set "n" = -(${to}) where ${from}; update "audit" set "n" = -"n" where "n" < 0`

const attacks = [
  { name: 'an edit', n: 4, sql: `update "audit" set "object" = 'other' where "n" = 4` },
  { name: 'a deletion', n: 5, sql: `delete from "audit" where "n" = 5` },
  {
    name: 'a row put in',
    n: 7,
    sql: `${moved('"n" >= 7', '"n" + 1')};
      insert into "audit" select 7, "prevHash", "at", "actorKind", "actorId", "actorName", "method",
      "ip", "action", 'put in', "before", "after", "requestId", "hash" from "audit" where "n" = 6`,
  },
  { name: 'a new order', n: 3, sql: moved('"n" in (3, 6)', '9 - "n"') },
  { name: 'a tail cut off', n: 8, sql: `delete from "audit" where "n" > 7` },
] as const

describeOnDatabases('kedge audit verify', (open) => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>

  beforeAll(async () => {
    folder = await temporaryFolder()
  })
  afterAll(() => folder[Symbol.asyncDispose]())

  it.each(attacks)(
    'names the first row that $name has spoilt',
    async ({ name, n, sql: attack }) => {
      const { db, url } = await open()
      const data = path.join(folder.path, name.replaceAll(' ', '-'))
      await using server = await startTestServer(data, { databaseUrl: url })
      for (let i = 0; i < 9; i++) await createServiceToken(server, 'viewer')
      const checkpoint = path.join(data, 'kept-elsewhere.json')
      await writeFile(checkpoint, await kedge(server, 'checkpoint'))
      await ownDatabase(db)
      for (const statement of attack.split(';')) await sql.raw(statement).execute(db)
      const said = await kedge(server, 'verify', '--checkpoint', checkpoint)
      expect(said).toContain(`row ${n} is the first that does not hold`)
    },
  )
})

async function kedge({ url, adminToken }: RunningServer, ...args: string[]): Promise<string> {
  const env = { ...process.env, KEDGE_URL: url, KEDGE_TOKEN: adminToken }
  const ran = run(process.execPath, [program, 'audit', ...args], { env })
  const { stdout } = await ran.catch((error: unknown) => error as { stdout: string })
  return stdout
}

/** Takes away what keeps rows from being changed, as only the owner of the database can. */
async function ownDatabase(db: Database): Promise<void> {
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter
  const rules = isPostgres
    ? [`alter table "audit" disable trigger user`]
    : [`drop trigger "auditNo_update"`, `drop trigger "auditNo_delete"`]
  for (const rule of rules) await sql.raw(rule).execute(db)
}
