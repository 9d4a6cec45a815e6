import { cp, rm } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { pino } from 'pino'
import { Writable } from 'node:stream'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { openDatabase } from '../../../fleet-server/src/db/open-database.js'
import { renewalAdvice } from '../../../fleet-server/src/trust/expiry.js'
import { FleetTrust } from '../../../fleet-server/src/trust/fleet-trust.js'
import { grantModel } from '../../../fleet-server/src/trust/grant-model.js'
import { KeyFolder } from '../../../fleet-server/src/trust/key-folder.js'
import { MetadataRepository } from '../../../fleet-server/src/trust/metadata-repository.js'
import { ManualClock } from '../../support/manual-clock.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { makeKey, toStored } from '../../support/trust-files.js'

const day = 86_400_000
const outbox = { publish: () => Promise.resolve(), disconnect: () => Promise.resolve() }

/** Trust whose offline keys have been moved off, on a clock of its own. */
async function opened() {
  const folder = await temporaryFolder()
  const db = await openDatabase({ kind: 'sqlite', file: path.join(folder.path, 'kedge.db') })
  const clock = new ManualClock()
  const said: { level: number; role: string; msg: string }[] = []
  const sink = new Writable({
    write: (line: Buffer, _encoding, done) => {
      said.push(JSON.parse(line.toString()) as (typeof said)[number])
      done()
    },
  })
  const keys = new KeyFolder(path.join(folder.path, 'keys'))
  const repository = new MetadataRepository(db)
  const trust = await FleetTrust.open({ clock, log: pino(sink), outbox, repository, keys })
  const safe = path.join(folder.path, 'safe')
  await cp(keys.offline, safe, { recursive: true })
  const offline = await new KeyFolder(safe).readable()
  await rm(keys.offline, { recursive: true })
  const dispose = async () => {
    await trust[Symbol.asyncDispose]()
    await db.destroy()
    await folder[Symbol.asyncDispose]()
  }
  return { trust, clock, said, offline, [Symbol.asyncDispose]: dispose }
}

describe('metadata whose keys are elsewhere', () => {
  it('is warned of two weeks ahead, once a day, and called expired on the day after', async () => {
    await using house = await opened()
    const { clock, said, trust } = house
    const { expires } = (await trust.current()).get('targets')!
    clock.set(expires - 15 * day)
    await trust.renew()
    expect(said.filter(({ role }) => role === 'targets')).toEqual([])
    clock.set(expires - 13 * day)
    await trust.renew()
    await trust.renew()
    const command = 'kedge key renew targets --key KEY'
    expect(said).toMatchObject([{ level: 40, role: 'targets' }])
    expect(said[0]?.msg).toContain(command)
    clock.set(expires)
    await trust.renew()
    expect(said.at(-1)).toMatchObject({ level: 50, role: 'targets' })
    expect(said.at(-1)?.msg).toContain('expired on')
  })

  it('is renewed by its key alone, and until then no change is taken', async () => {
    await using house = await opened()
    const { clock, offline, trust } = house
    const { expires, bytes } = (await trust.current()).get('targets')!
    const held = readMetadata(bytes, 'targets').signed
    const root = readMetadata(trust.root, 'root').signed
    const [keyId = ''] = root.roles.targets.keyids
    const { signer } = offline.get(keyId)!
    clock.set(expires + day)
    await trust.renew()
    const late = { ...held, version: 2 }
    const stale = toStored('targets', await signMetadata(late, [signer]))
    await expect(trust.accept([stale])).rejects.toMatchObject({
      code: 'metadata-expired',
      message: expect.stringContaining('kedge key renew targets') as string,
    })
    expect((await trust.current()).get('targets')?.version).toBe(1)
    const to = [(await makeKey()).signer]
    const next = grantModel(held, { model: 'net', to }, clock.now())
    await trust.accept([toStored('targets', await signMetadata(next, [signer]))])
    expect((await trust.current()).get('targets')?.version).toBe(2)
  })

  it('names the command of each role, and none for what the server signs', () => {
    const at = (role: string, expires: number) => renewalAdvice({ role, expires }, 0)
    expect(at('model.net', day)).toContain('kedge model renew net --key KEY')
    expect(at('root', 15 * day)).toBeNull()
    expect(at('timestamp', day)).toBeNull()
  })
})
