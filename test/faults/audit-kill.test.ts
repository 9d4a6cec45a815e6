import { expect, it } from 'vitest'
import type { AuditRecord } from '../../fleet-server/src/audit/audit-record.js'
import { digestOf } from '../../fleet-server/src/audit/digest.js'
import { verifyChain } from '../../fleet-server/src/audit/verify-chain.js'
import { seededEntropy } from '@kedge/shared/util/entropy'
import { callApi, type ServerAccess } from '../support/admin-api.js'
import { describeOnDatabases } from '../support/databases.js'
import { ServerProcess } from '../support/server-process.js'
import { temporaryFolder } from '../support/temporary-folder.js'

// I7: whatever took effect has an entry, however the server ends.

const seed = Number(process.env['KEDGE_SEED'] ?? 20_261)
const kills = Number(process.env['KEDGE_AUDIT_KILLS'] ?? 4)
const writers = 6
/** The server is killed after so many changes at most, and some ms into the next ones. */
const mostChanges = 60
const longestPause = 12

interface Token {
  readonly id: string
  readonly name: string
}

/** What the storm knows of: what it was told that it had made, and what it asked to have taken away. */
interface Storm {
  readonly made: Set<string>
  readonly removed: Set<string>
  /** Called after each change. */
  onChange: () => void
}

/** Resolves when so many changes more were made. */
function changes(storm: Storm, count: number): Promise<void> {
  let left = count
  return new Promise((resolve) => {
    storm.onChange = () => {
      left -= 1
      if (left <= 0) resolve()
    }
  })
}

/** Makes tokens and takes some away again, until the server is no more. */
async function write(access: ServerAccess, name: string, storm: Storm): Promise<void> {
  try {
    for (let i = 0; ; i++) {
      const body = { name: `${name}-${i}`, role: 'viewer', ttlS: 3_600 }
      const { id } = await callApi<Token>(access, 'POST /service-tokens', body)
      storm.made.add(id)
      storm.onChange()
      if (i % 3 > 0) continue
      storm.removed.add(id)
      await callApi(access, `DELETE /service-tokens/${id}`)
      storm.onChange()
    }
  } catch {
    // The server was killed, which is what this is about.
  }
}

async function everything<T>(access: ServerAccess, path: `/${string}`): Promise<T[]> {
  const items: T[] = []
  for (let cursor = ''; ;) {
    const page: { items: T[]; next: string | null } = await callApi(
      access,
      `GET ${path}limit=1000${cursor && `&cursor=${cursor}`}`,
    )
    items.push(...page.items)
    if (page.next === null) return items
    cursor = page.next
  }
}

/** The row that tells of a token's making: by its id, or by what was asked for when all else is lost. */
function toldOf(rows: readonly AuditRecord[], { id, name }: Token): boolean {
  const asked = digestOf({ name, role: 'viewer', ttlS: 3_600 })
  return rows.some(
    ({ action, object, after }) =>
      object === `service-tokens/${id}` ||
      (action === 'service-token.manage.unfinished' && after === asked),
  )
}

describeOnDatabases('audit trail of a server that is killed in a storm of changes', (open) => {
  it(`tells of everything that took effect (${kills} kills, seed ${seed})`, async () => {
    await using folder = await temporaryFolder()
    const { url } = await open()
    const entropy = seededEntropy(seed)
    const storm: Storm = { made: new Set(), removed: new Set(), onChange: () => undefined }
    const flags = ['--database-url', url, '--log-level', 'error']
    const start = () => ServerProcess.start(folder.path, undefined, ...flags)
    for (let kill = 0; kill < kills; kill++) {
      const server = await start()
      const enough = changes(storm, entropy.random() * mostChanges)
      const writing = Array.from({ length: writers }, (_, i) =>
        write(server.access, `k${kill}-w${i}`, storm),
      )
      await enough
      await new Promise((resolve) => setTimeout(resolve, entropy.random() * longestPause))
      await server.kill()
      await Promise.all(writing)
    }

    await using server = await start()
    const rows = await everything<AuditRecord>(server.access, '/audit?order=oldest&')
    const verdict = await verifyChain(rows)
    expect(verdict.bad).toBeUndefined()
    const tokens = await everything<Token>(server.access, '/service-tokens?')
    expect(tokens.length).toBeGreaterThan(0)
    expect(tokens.filter((token) => !toldOf(rows, token))).toEqual([])
    const here = new Set(tokens.map(({ id }) => id))
    const gone = [...storm.made].filter((id) => !here.has(id))
    expect(gone.filter((id) => !storm.removed.has(id))).toEqual([])
    const taken = new Set(rows.filter(isRemoval).map(({ object }) => object))
    expect(gone.filter((id) => !taken.has(`service-tokens/${id}`))).toEqual([])
    console.log(`${kills} kills: ${rows.length} rows, ${unfinished(rows)} of them unfinished`)
  }, 300_000)
})

/** A removal has no answer, so no digest of one; unfinished ones are marked. */
const isRemoval = ({ action, after }: AuditRecord) =>
  action.startsWith('service-token.manage') && after === undefined

const unfinished = (rows: readonly AuditRecord[]): number =>
  rows.filter(({ action }) => action.endsWith('.unfinished')).length
