import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Tensor } from '@kedge/shared/model/tensor'
import { createKeyFile } from '@kedge/shared/trust/keys'
import type { RootDocument } from '@kedge/shared/trust/tuf/documents'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import type { TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import type { MetadataFile } from '@kedge/shared/trust/tuf/verify-metadata'
import { decodeUtf8 } from '@kedge/shared/util/bytes'
import type { Agent } from '../../../edge-agent/src/agent.js'
import { KeyFolder, writeKeyFile } from '../../../fleet-server/src/trust/key-folder.js'
import { rotateRoot, type RotatedRole } from '../../../fleet-server/src/trust/rotate-root.js'
import { tufSignerOf } from '../../../fleet-server/src/trust/tuf-signer.js'
import { scalingModel } from '../../contract/tiny-models.js'
import { TestFleet, until } from '../agent/test-fleet.js'

const row: Tensor = { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 10) }

let fleet: TestFleet
beforeEach(async () => {
  fleet = await TestFleet.create()
})
afterEach(async () => {
  await fleet[Symbol.asyncDispose]()
})

const release = async (version: string, factor: number) => {
  await fleet.push(scalingModel(factor), { name: 'scaling', version })
  await fleet.rollOut('scaling', version)
}

/** Waits until the agent multiplies by it. */
const runs = (agent: Agent, factor: number) =>
  until(async () => {
    const answer = await agent
      .model('scaling')
      .run({ x: row })
      .catch(() => undefined)
    const data = answer?.outputs['y']?.data as Float32Array | undefined
    return data?.[0] === factor ? data : undefined
  })

interface Seen {
  readonly reported: {
    readonly rootVersion?: number
    readonly problems: readonly { readonly code: string }[]
  } | null
}
const reportedBy = async (agent: Agent) =>
  (await fleet.api<Seen>(`GET /devices/${agent.id}`)).reported

/** Waits until the server knows of a problem of the agent. */
const reports = (agent: Agent, wanted: string) =>
  until(async () => {
    const problems = (await reportedBy(agent))?.problems ?? []
    return problems.some(({ code }) => code === wanted) ? true : undefined
  })

/** Gives a role a new key in the place of the old, as `kedge key rotate` does. */
async function rotate(role: RotatedRole, holder: TufSigner): Promise<TufSigner> {
  const root = await fleet
    .api<MetadataFile<RootDocument>>('GET /trust/metadata/root.json')
    .then(({ signed }) => signed)
  const file = await createKeyFile(role)
  const fresh = await tufSignerOf(file)
  const isOnline = role !== 'root' && role !== 'targets'
  if (isOnline) {
    await writeKeyFile(path.join(fleet.folder, 'server/keys', `${role}-${root.version}.json`), file)
  }
  const remove =
    role === 'fleet' ? Object.keys(root['x-kedge']!.fleet.keys) : root.roles[role].keyids
  const next = rotateRoot(root, { role, add: [fresh], remove }, Date.now())
  const bytes = await signMetadata(next, role === 'root' ? [holder, fresh] : [holder])
  const files = { [`${next.version}.root.json`]: decodeUtf8(bytes) }
  await fleet.api('POST /trust/metadata', { files })
  return role === 'root' ? fresh : holder
}

async function rotateAll(holder: TufSigner): Promise<TufSigner> {
  let signer = holder
  for (const role of ['timestamp', 'snapshot', 'fleet', 'root'] as const) {
    signer = await rotate(role, signer)
  }
  return signer
}

async function rootHolder(): Promise<TufSigner> {
  const keys = await new KeyFolder(path.join(fleet.folder, 'server/keys')).readable()
  return [...keys.values()].find(({ file }) => file.name === 'root')!.signer
}

describe('an agent whose fleet changes keys', () => {
  it('follows every rotation by itself, connected or not', async () => {
    await release('1.0.0', 2)
    const data = await fleet.enrol('agent')
    const agent = await fleet.startAgent({ data, port: 0 })
    await runs(agent, 2)
    const second = await rotateAll(await rootHolder())
    await release('1.1.0', 3)
    await runs(agent, 3)
    await until(async () => ((await reportedBy(agent))?.rootVersion === 5 ? true : undefined))

    await agent[Symbol.asyncDispose]()
    await rotateAll(second)
    await release('1.2.0', 4)
    const again = await fleet.startAgent({ data, port: 0 })
    await runs(again, 4)
    await until(async () => ((await reportedBy(again))?.rootVersion === 9 ? true : undefined))
  }, 120_000)
})

describe('an agent that was off while a release was taken back', () => {
  it('leaves it at its next contact, for the one before', async () => {
    await release('1.0.0', 2)
    const data = await fleet.enrol('agent')
    const agent = await fleet.startAgent({ data, port: 0 })
    await runs(agent, 2)
    await release('1.1.0', 3)
    await runs(agent, 3)
    await agent[Symbol.asyncDispose]()
    await fleet.api('POST /models/scaling/releases/1.1.0/revoke', { reason: 'wrong month' })
    const again = await fleet.startAgent({ data, port: 0 })
    await runs(again, 2)
  })

  it('serves what is below a floor and says so, until it gets the release that is not', async () => {
    await release('1.0.0', 2)
    const data = await fleet.enrol('agent')
    const agent = await fleet.startAgent({ data, port: 0 })
    await runs(agent, 2)
    await agent[Symbol.asyncDispose]()
    await fleet.push(scalingModel(5), { name: 'scaling', version: '1.1.0' })
    await fleet.api('PUT /models/scaling/floor', { version: '1.1.0' })
    const again = await fleet.startAgent({ data, port: 0 })
    await reports(again, 'release-below-floor')
    await runs(again, 2)
    await fleet.rollOut('scaling', '1.1.0')
    await runs(again, 5)
  })
})

describe('an agent that runs the only release there is', () => {
  it('serves on when a floor rises above it', async () => {
    await release('1.0.0', 2)
    const agent = await fleet.startAgent({ data: await fleet.enrol('agent'), port: 0 })
    await runs(agent, 2)
    await fleet.push(scalingModel(5), { name: 'scaling', version: '1.1.0' })
    await fleet.api('PUT /models/scaling/floor', { version: '1.1.0' })
    await reports(agent, 'release-below-floor')
    const { outputs } = await agent.model('scaling').run({ x: row })
    expect(outputs['y']?.data).toEqual(Float32Array.of(2, 20))
  })

  it('ends when it is revoked, and says why nothing runs', async () => {
    await release('1.0.0', 2)
    const agent = await fleet.startAgent({ data: await fleet.enrol('agent'), port: 0 })
    await runs(agent, 2)
    await fleet.api('POST /models/scaling/releases/1.0.0/revoke', { reason: 'wrong month' })
    await reports(agent, 'release-revoked')
    await expect(agent.model('scaling').run({ x: row })).rejects.toMatchObject({
      code: 'model-not-ready',
    })
  })
})
