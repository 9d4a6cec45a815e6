import { readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { enrolDevice } from '@kedge/shared/adapters/enrolment'
import {
  createKeyFile,
  generateKeyPair,
  keyFileSchema,
  type KeyFile,
} from '@kedge/shared/trust/keys'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import type { TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { decodeUtf8 } from '@kedge/shared/util/bytes'
import { openDatabase } from '../../../fleet-server/src/db/open-database.js'
import { DesiredStateRepository } from '../../../fleet-server/src/devices/desired-state-repository.js'
import type { Model, ReleaseRecord } from '../../../fleet-server/src/models/model.js'
import { packageRelease } from '../../../fleet-server/src/models/package-release.js'
import { signRelease } from '../../../fleet-server/src/models/sign-release.js'
import { grantModel } from '../../../fleet-server/src/trust/grant-model.js'
import { revokeTarget } from '../../../fleet-server/src/trust/model-targets.js'
import { rotateRoot } from '../../../fleet-server/src/trust/rotate-root.js'
import { tufSignerOf } from '../../../fleet-server/src/trust/tuf-signer.js'
import type { TrustView } from '../../../fleet-server/src/trust/view-trust.js'
import {
  addPublisher,
  callApi,
  enrolmentSecret,
  metadataOf,
  pushModel,
} from '../../support/admin-api.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { syntheticModel } from '../../support/synthetic-model.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: RunningServer
let ann: KeyFile
/** Signs roots, once the first is rotated. */
let holder: TufSigner

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startTestServer(folder.path)
  ann = await createKeyFile('ann')
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const model = syntheticModel({ widths: [4, 4] })
const offlineKey = async (role: string) =>
  keyFileSchema.parse(
    JSON.parse(await readFile(path.join(folder.path, 'keys', 'offline', `${role}.json`), 'utf8')),
  )
const trust = () => callApi<TrustView>(server, 'GET /trust')
const upload = (files: Record<string, Uint8Array>) =>
  callApi<TrustView>(server, 'POST /trust/metadata', {
    files: Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [name, decodeUtf8(bytes)]),
    ),
  })
const push = (name: string, version: string, key: KeyFile) =>
  pushModel(server, model, { facts: { name, version, createdAt: 1 }, key })

/** What the server last asked of a device. */
async function contentFor(device: string) {
  const db = await openDatabase({ kind: 'sqlite', file: path.join(folder.path, 'kedge.db') })
  try {
    return (await new DesiredStateRepository(db).find(device))?.content
  } finally {
    await db.destroy()
  }
}

async function enrol(): Promise<string> {
  const secret = await enrolmentSecret(server)
  const keys = await generateKeyPair(false)
  const { url } = server
  return (await enrolDevice({ kind: 'agent', url, secret, labels: {}, keys, fetch })).device
}

describe('trust at the server', () => {
  it('says that development keys are here, and how to move them off', async () => {
    const view = await trust()
    expect(view).toMatchObject({ development: true, rootVersion: 1, epoch: 1 })
    expect(view.advice).toContain('kedge key init')
    expect(view.roles.map(({ role }) => role)).toEqual(
      expect.arrayContaining(['root', 'targets', 'snapshot', 'timestamp', 'fleet']),
    )
  })

  it('refuses a release whose key is no publisher and was granted nothing', async () => {
    const eve = await createKeyFile('eve')
    await expect(push('net', '1.0.0', eve)).rejects.toThrow(/422.*kedge key grant net/)
    await expect(callApi(server, 'GET /models/net')).rejects.toThrow('404')
  })

  it('grants a registered publisher a model at the first push', async () => {
    await addPublisher(server, ann)
    await push('net', '1.0.0', ann)
    await push('net', '1.1.0', ann)
    const { items } = await callApi<{ items: ReleaseRecord[] }>(server, 'GET /models/net/releases')
    expect(items.map(({ version, counter }) => [version, counter])).toEqual([
      ['1.1.0', 2],
      ['1.0.0', 1],
    ])
    expect(items[0]?.publisher).toEqual({ id: ann.id, name: 'ann' })
    const { signer } = { signer: await tufSignerOf(ann) }
    const role = (await trust()).roles.find((one) => one.role === 'model.net')
    expect(role?.keys.map(({ id }) => id)).toEqual([signer.keyId])
  })

  it('refuses metadata that nobody has signed, or that was altered', async () => {
    const held = (await metadataOf(server, 'model.net.json'))!
    const role = readMetadata(held, 'targets').signed
    const next = { ...role, version: role.version + 1 }
    const stripped = await signMetadata(next, [])
    const name = `${next.version}.model.net.json`
    await expect(upload({ [name]: stripped })).rejects.toThrow(/422.*signature-invalid/)
    const signed = decodeUtf8(await signMetadata(next, [await tufSignerOf(ann)]))
    const altered = new TextEncoder().encode(signed.replace('"counter":2', '"counter":3'))
    await expect(upload({ [name]: altered })).rejects.toThrow(/422.*signature-invalid/)
    expect(await metadataOf(server, 'model.net.json')).toEqual(held)
  })

  it('refuses a release that counts no higher, or whose blobs are missing', async () => {
    const { ref } = await packageRelease(model, { name: 'net', version: '2.0.0', createdAt: 7 })
    const role = await metadataOf(server, 'model.net.json')
    const signers = [await tufSignerOf(ann)]
    const { name, bytes } = await signRelease(ref, { role, signers, now: Date.now() })
    await expect(upload({ [name]: bytes })).rejects.toThrow(/422.*was not uploaded/)
    const { signed } = readMetadata(bytes, 'targets')
    const path = 'models/net/2.0.0/release.json'
    const target = { ...signed.targets[path]!, custom: { kedge: { counter: 2, createdAt: 1 } } }
    const stuck = { ...signed, targets: { ...signed.targets, [path]: target } }
    await expect(upload({ [name]: await signMetadata(stuck, signers) })).rejects.toThrow(
      /409.*counter 2/,
    )
  })

  it('refuses the same version of a role twice, and an older one', async () => {
    const held = (await metadataOf(server, 'model.net.json'))!
    const { version } = readMetadata(held, 'targets').signed
    await expect(upload({ [`${version}.model.net.json`]: held })).rejects.toThrow(/409.*not newer/)
    await expect(upload({ '9.snapshot.json': held })).rejects.toThrow(/400.*signs snapshot/)
  })

  it('tells devices at once of a revoked release, and sends it to nobody', async () => {
    const device = await enrol()
    await callApi(server, 'POST /rollouts', { model: 'net', version: '1.0.0', select: '*' })
    await callApi(server, 'POST /rollouts', { model: 'net', version: '1.1.0', select: '*' })
    expect((await contentFor(device))?.slots['net']?.release.version).toBe('1.1.0')
    const revoked = await callApi<ReleaseRecord>(server, 'POST /models/net/releases/1.1.0/revoke', {
      reason: 'it was trained on the wrong month',
    })
    expect(revoked.revoked?.reason).toBe('it was trained on the wrong month')
    const content = await contentFor(device)
    expect(content?.revoked).toEqual([revoked.sha256])
    expect(content?.slots['net']?.release.version).toBe('1.0.0')
    await expect(
      callApi(server, 'POST /rollouts', { model: 'net', version: '1.1.0', select: '*' }),
    ).rejects.toThrow(/409.*wrong month/)
  })

  it("takes a publisher's revocation out of the signed role", async () => {
    const device = await enrol()
    await push('net', '1.2.0', ann)
    const role = readMetadata((await metadataOf(server, 'model.net.json'))!, 'targets').signed
    const of = { model: 'net', version: '1.2.0', reason: 'withdrawn' }
    const next = revokeTarget(role, of, Date.now())
    const bytes = await signMetadata(next, [await tufSignerOf(ann)])
    await upload({ [`${next.version}.model.net.json`]: bytes })
    const { sha256, revoked } = await callApi<ReleaseRecord>(
      server,
      'GET /models/net/releases/1.2.0',
    )
    expect(revoked?.reason).toBe('withdrawn')
    expect((await contentFor(device))?.revoked).toContain(sha256)
  })

  it('lets nobody roll out what is below the floor', async () => {
    const device = await enrol()
    await push('net', '1.3.0', ann)
    const { floor } = await callApi<Model>(server, 'PUT /models/net/floor', { version: '1.3.0' })
    expect((await contentFor(device))?.floor).toEqual({ net: floor })
    await expect(
      callApi(server, 'POST /rollouts', { model: 'net', version: '1.0.0', select: '*' }),
    ).rejects.toThrow(/409.*below the floor/)
    await expect(callApi(server, 'PUT /models/net/floor', { version: '1.0.0' })).rejects.toThrow(
      '409',
    )
  })

  it('takes a root that old and new keys have signed, and asks devices for it', async () => {
    const device = await enrol()
    const old = await tufSignerOf(await offlineKey('root'))
    const fresh = await tufSignerOf(await createKeyFile('root'))
    holder = fresh
    const root = readMetadata((await metadataOf(server, 'root.json'))!, 'root').signed
    const change = { role: 'root' as const, add: [fresh], remove: [old.keyId] }
    const next = rotateRoot(root, change, Date.now())
    await expect(upload({ '2.root.json': await signMetadata(next, [fresh]) })).rejects.toThrow(
      /422.*signature-invalid/,
    )
    const view = await upload({ '2.root.json': await signMetadata(next, [old, fresh]) })
    expect(view.rootVersion).toBe(2)
    expect((await metadataOf(server, '1.root.json'))?.length).toBeGreaterThan(0)
    await expect.poll(async () => (await contentFor(device))?.minRootVersion).toBe(2)
  })

  it('needs the key of a role before it takes a root that asks for it', async () => {
    const held = (await metadataOf(server, 'root.json'))!
    const root = readMetadata(held, 'root').signed
    const fresh = await tufSignerOf(await createKeyFile('online'))
    for (const role of ['timestamp', 'fleet'] as const) {
      const held =
        role === 'fleet' ? Object.keys(root['x-kedge']!.fleet.keys) : root.roles[role].keyids
      const next = rotateRoot(root, { role, add: [fresh], remove: held }, Date.now())
      const bytes = await signMetadata(next, [holder])
      await expect(upload({ '3.root.json': bytes })).rejects.toThrow(/400.*put (the|its) key file/)
    }
    expect(await metadataOf(server, 'root.json')).toEqual(held)
  })

  it('refuses a root by which one server could not speak for the fleet', async () => {
    const root = readMetadata((await metadataOf(server, 'root.json'))!, 'root').signed
    const fleet = { ...root['x-kedge']!.fleet, threshold: 2 }
    const next = { ...root, version: 3, 'x-kedge': { ...root['x-kedge']!, fleet } }
    const bytes = await signMetadata(next, [holder])
    await expect(upload({ '3.root.json': bytes })).rejects.toThrow(/400.*one fleet key/)
    expect((await trust()).rootVersion).toBe(2)
  })

  it('grants nothing by itself once the targets key is elsewhere', async () => {
    const offline = path.join(folder.path, 'keys', 'offline')
    const targetsKey = await tufSignerOf(await offlineKey('targets'))
    await rename(offline, path.join(folder.path, 'elsewhere'))
    expect(await trust()).toMatchObject({ development: false, advice: null })
    await expect(push('other', '1.0.0', ann)).rejects.toThrow(/422.*kedge key grant other/)
    const targets = readMetadata((await metadataOf(server, 'targets.json'))!, 'targets').signed
    const to = await tufSignerOf(ann)
    const next = grantModel(targets, { model: 'other', to: [to] }, Date.now())
    await upload({ [`${next.version}.targets.json`]: await signMetadata(next, [targetsKey]) })
    await push('other', '1.0.0', ann)
  })
})
