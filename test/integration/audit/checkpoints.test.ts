import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createKeyFile, importSigner } from '@kedge/shared/trust/keys'
import { Hours } from '@kedge/shared/util/units'
import { AuditLog } from '../../../fleet-server/src/audit/audit-log.js'
import { AuditRepository } from '../../../fleet-server/src/audit/audit-repository.js'
import { CheckpointKeeper } from '../../../fleet-server/src/audit/checkpoint-keeper.js'
import { checkpointFileSchema, openCheckpoint } from '../../../fleet-server/src/audit/checkpoint.js'
import { IntentRepository } from '../../../fleet-server/src/audit/intent-repository.js'
import { toConfig } from '../../../fleet-server/src/config/config.js'
import { openDatabase } from '../../../fleet-server/src/db/open-database.js'
import type { Database } from '../../../fleet-server/src/db/schema.js'
import { createLog } from '../../../fleet-server/src/observability/log.js'
import { eventually } from '../../support/eventually.js'
import { ManualClock } from '../../support/manual-clock.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

/** Somewhere else that takes checkpoints, or does not. */
class Witness {
  readonly received: string[] = []
  status = 204
  readonly #server: Server

  constructor() {
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        this.received.push(body)
        response.writeHead(this.status).end()
      })
    }).listen(0, '127.0.0.1')
  }

  async url(): Promise<string> {
    if (!this.#server.listening) await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/checkpoints`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

const entry = {
  actor: { kind: 'user', id: 'u-1', name: 'ann' },
  ...{ method: 'password', ip: '10.0.0.1', action: 'device.label', object: 'devices/d-1' },
} as const

let clock: ManualClock
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let db: Database
let log: AuditLog
let witness: Witness
let keeper: CheckpointKeeper

beforeEach(async () => {
  clock = new ManualClock()
  folder = await temporaryFolder()
  db = await openDatabase(toConfig({ databaseUrl: `sqlite:${folder.path}/k.db` }).database)
  const rows = new AuditRepository(db)
  log = new AuditLog(rows, new IntentRepository(db), clock)
  witness = new Witness()
  const file = await createKeyFile('audit')
  keeper = new CheckpointKeeper({
    ...{ rows, clock, trail: log, log: createLog('silent'), fleet: 'f-1' },
    ...{ folder: `${folder.path}/audit`, webhook: await witness.url() },
    key: { id: file.id, key: file.publicKey },
    signer: await importSigner(file),
  })
})
afterEach(async () => {
  await keeper[Symbol.asyncDispose]()
  await witness[Symbol.asyncDispose]()
  await db.destroy()
  await folder[Symbol.asyncDispose]()
})

const files = () => readdir(`${folder.path}/audit`).catch(() => [])
const last = async () =>
  openCheckpoint(checkpointFileSchema.parse(JSON.parse(witness.received.at(-1) ?? '')))

describe('checkpoints of the audit trail', () => {
  it('are written and posted every hour in which the trail has grown', async () => {
    await log.append({ ...entry, requestId: 'q-1' })
    keeper.start()
    await eventually(() => witness.received.length === 1)
    expect(await last()).toMatchObject({ fleet: 'f-1', n: 1 })
    await eventually(() => clock.sleeping === 1)
    await clock.advance(Hours(1))
    await eventually(() => clock.sleeping === 1)
    expect(witness.received).toHaveLength(1)
    await log.append({ ...entry, requestId: 'q-2' })
    await clock.advance(Hours(1))
    await eventually(() => witness.received.length === 2)
    expect(await last()).toMatchObject({ n: 2 })
    expect(await files()).toHaveLength(2)
  })

  it('are kept here when the webhook takes none, and posted when it does again', async () => {
    await log.append({ ...entry, requestId: 'q-1' })
    witness.status = 500
    await expect(keeper.write()).rejects.toThrow('500')
    expect(await files()).toHaveLength(1)
    witness.status = 204
    await keeper.write()
    expect(witness.received).toHaveLength(2)
    expect(await files()).toHaveLength(1)
    await keeper.write()
    expect(witness.received).toHaveLength(2)
  })

  it('tell of changes that nobody followed to their end', async () => {
    await log.intend({ ...entry, requestId: 'q-1' })
    await keeper.write()
    expect(witness.received).toHaveLength(0)
    await clock.advance(Hours(1))
    await keeper.write()
    expect(await last()).toMatchObject({ n: 1 })
  })
})
