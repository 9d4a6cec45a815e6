import { rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKeyFile } from '@kedge/shared/trust/keys'
import { releasePath } from '@kedge/shared/trust/release-target'
import type { TargetFile, TargetsDocument } from '@kedge/shared/trust/tuf/documents'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import type { TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { decodeUtf8 } from '@kedge/shared/util/bytes'
import { packageRelease } from '../../../fleet-server/src/models/package-release.js'
import { addRelease } from '../../../fleet-server/src/trust/model-targets.js'
import { grantModel } from '../../../fleet-server/src/trust/grant-model.js'
import { KeyFolder } from '../../../fleet-server/src/trust/key-folder.js'
import { tufSignerOf } from '../../../fleet-server/src/trust/tuf-signer.js'
import { addPublisher, callApi, metadataOf, pushModel } from '../../support/admin-api.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { syntheticModel } from '../../support/synthetic-model.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: RunningServer
let ann: TufSigner
let eve: TufSigner
/** The role of `net` as it would be with one more release, before something is wrong with it. */
let next: TargetsDocument

const model = syntheticModel({ widths: [4, 4] })
const added = releasePath({ model: 'net', version: '1.1.0' })

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startTestServer(folder.path)
  const [key, other] = [await createKeyFile('ann'), await createKeyFile('eve')]
  ann = await tufSignerOf(key)
  eve = await tufSignerOf(other)
  await addPublisher(server, key)
  for (const name of ['net', 'pair']) {
    await pushModel(server, model, { facts: { name, version: '1.0.0', createdAt: 1 }, key })
  }
  await addPublisher(server, other)
  await grantPair()
  // With it, the server would grant a registered publisher whatever model they push.
  await rm(path.join(folder.path, 'keys', 'offline'), { recursive: true })
  const facts = { name: 'net', version: '1.1.0', createdAt: 2 }
  const { ref, blobs } = await packageRelease(model, facts)
  for (const [digest, bytes] of blobs) await callApi(server, `PUT /blobs/${digest}`, bytes)
  const held = readMetadata((await metadataOf(server, 'model.net.json'))!, 'targets').signed
  next = addRelease(held, ref, Date.now())
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

/** `pair` takes two publishers from now on. */
async function grantPair(): Promise<void> {
  const keys = await new KeyFolder(path.join(folder.path, 'keys')).readable()
  const holder = [...keys.values()].find(({ file }) => file.name === 'targets')!.signer
  const held = readMetadata((await metadataOf(server, 'targets.json'))!, 'targets').signed
  const grant = { model: 'pair', to: [eve], threshold: 2 }
  const targets = grantModel(held, grant, Date.now())
  await upload(`${targets.version}.targets.json`, targets, [holder])
}

async function upload(
  name: string,
  document: TargetsDocument,
  signers: readonly TufSigner[],
): Promise<void> {
  const text = decodeUtf8(await signMetadata(document, signers))
  await callApi(server, 'POST /trust/metadata', { files: { [name]: text } })
}

const withTarget = (change: Partial<TargetFile>): TargetsDocument => ({
  ...next,
  targets: { ...next.targets, [added]: { ...next.targets[added]!, ...change } },
})

/** Everything that a push could have changed. */
const stored = async () => ({
  net: await metadataOf(server, 'model.net.json'),
  pair: await metadataOf(server, 'model.pair.json'),
  targets: await metadataOf(server, 'targets.json'),
  snapshot: await metadataOf(server, 'snapshot.json'),
  releases: await callApi(server, 'GET /models/net/releases'),
})

interface Refused {
  readonly code: string
  readonly document: () => TargetsDocument
  readonly by?: () => TufSigner[]
  readonly name?: string
}

const refused: Readonly<Record<string, Refused>> = {
  'a key that was granted another model': {
    code: 'signature-invalid',
    document: () => ({ ...next }),
    by: () => [eve],
    name: '2.model.net.json',
  },
  'no signature': { code: 'signature-invalid', document: () => next, by: () => [] },
  'a signature fewer than it takes': {
    code: 'signature-invalid',
    document: () => ({ ...next, targets: {} }),
    name: '2.model.pair.json',
  },
  'a length that is not that of the file': {
    code: 'digest-mismatch',
    document: () => withTarget({ length: next.targets[added]!.length + 1 }),
  },
  'a digest whose bytes are not here': {
    code: 'chunk-unavailable',
    document: () => withTarget({ hashes: { sha256: 'ab'.repeat(32) } }),
  },
  'a counter that is not greater': {
    code: 'conflict',
    document: () => withTarget({ custom: { kedge: { counter: 1, createdAt: 1 } } }),
  },
  'a release of another model': {
    code: 'usage',
    document: () => ({
      ...next,
      targets: {
        ...next.targets,
        [releasePath({ model: 'pair', version: '2.0.0' })]: next.targets[added]!,
      },
    }),
  },
  'a release that was there before and is gone': {
    code: 'conflict',
    document: () => ({ ...next, targets: { [added]: next.targets[added]! } }),
  },
  'an expiry that is past': {
    code: 'metadata-expired',
    document: () => ({ ...next, expires: '2020-01-01T00:00:00Z' }),
  },
  'a version that is not that of its name': {
    code: 'document-invalid',
    document: () => ({ ...next, version: 7 }),
  },
}

describe('a push', () => {
  it.each(Object.entries(refused))(
    'is refused for %s, and nothing is stored',
    async (_what, row) => {
      const { code, document, by = () => [ann], name = '2.model.net.json' } = row
      const before = await stored()
      await expect(upload(name, document(), by())).rejects.toThrow(`problem:${code}"`)
      expect(await stored()).toEqual(before)
    },
  )

  it('is taken with fields that nobody here knows, which stay as they were signed', async () => {
    const strange = { ...next, 'x-note': { kept: ['as', 'signed'] } }
    await upload('2.model.net.json', strange, [ann])
    const held = readMetadata((await metadataOf(server, 'model.net.json'))!, 'targets')
    expect(held.signed).toMatchObject({ 'x-note': { kept: ['as', 'signed'] } })
    expect(held.signed.version).toBe(2)
  })
})
