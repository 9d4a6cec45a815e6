import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startDevice, type Device } from '@kedge/shared/device/device'
import { releaseCodec } from '@kedge/shared/model/release'
import { topics } from '@kedge/shared/protocol/topics'
import { encodeUtf8 } from '@kedge/shared/util/bytes'
import { createDataFolder, type DataLayout } from '../../edge-agent/src/files/data-layout.js'
import { DiskModelStore } from '../../edge-agent/src/models/disk-model-store.js'
import { DiskMetadataStore } from '../../edge-agent/src/state/disk-metadata-store.js'
import { DiskStateStore } from '../../edge-agent/src/state/disk-state-store.js'
import { scaleSpec } from '../e2e/pages/tiny-release.js'
import { eventually } from '../support/eventually.js'
import { MemoryFleet } from '../support/memory-fleet.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const names: [string, string][] = [
  ['a way up', '../../outside'],
  ['an absolute path', '/etc/outside'],
  ['a Windows path', 'C:\\outside'],
  ['NUL', 'out\0side'],
  ['4 KiB', 'a'.repeat(4096)],
  ['a Cyrillic look-alike', 'sс\u0430le'],
  ['a full-width full stop', '．．'],
  ['upper case', 'SCALE'],
  ['nothing', ''],
]

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let root: string
let layout: DataLayout
let fleet: MemoryFleet
let models: DiskModelStore
let metadata: DiskMetadataStore
let device: Device | undefined
beforeEach(async () => {
  folder = await temporaryFolder()
  // Two folders down: what gets out with `../..` is still seen.
  root = path.join(folder.path, 'a', 'b', 'data')
  layout = await createDataFolder(root)
  models = await DiskModelStore.open(layout)
  metadata = new DiskMetadataStore(layout)
})
afterEach(async () => {
  await device?.[Symbol.asyncDispose]()
  device = undefined
  await models[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

async function startAgent(): Promise<Device> {
  fleet = await MemoryFleet.create()
  const { host } = fleet.house()
  const stores = { models, metadata, state: new DiskStateStore(layout) }
  return startDevice({ ...host, ...stores }, fleet.enrolment)
}

/** All there is beside what the agent's own folder is full of. */
async function everything(): Promise<string[]> {
  const found = await readdir(folder.path, { recursive: true })
  // Metadata may be refreshed at any time, by a file that takes another's place.
  const isRefresh = /data[/\\]metadata[/\\](timestamp|snapshot|targets)\.json$|\.tmp$/
  return found.filter((name) => !isRefresh.test(name)).sort()
}

async function expectRefusal(code: string, send: (agent: Device) => Promise<void>): Promise<void> {
  const agent = (device ??= await startAgent())
  await fleet.desire({})
  await eventually(async () => {
    const { seqApplied, problems } = await agent.status()
    return seqApplied > 0 && problems.length === 0
  }, 'a good state')
  const before = await everything()
  await send(agent)
  await eventually(async () => {
    await fleet.clock.advance(1_000)
    return (await agent.status()).problems.some((problem) => problem.code === code)
  }, code)
  expect((await everything()).filter((name) => !before.includes(name))).toEqual([])
}

describe('S12: a name that could be another file', () => {
  it.each(names)('(%s) is no slot, model or version of a desired state', async (_what, name) => {
    const ref = { model: 'scale', version: '1.0.0', sha256: '0'.repeat(64), length: 1 }
    const states = [
      { [name]: ref },
      { scale: { ...ref, model: name } },
      { scale: { ...ref, version: name } },
    ]
    for (const slots of states) {
      await expectRefusal('document-invalid', async () => {
        const envelope = await fleet.signDesired(slots)
        fleet.broker.publish(topics.desired('d-1'), envelope)
      })
    }
  })

  it.each(names.filter(([what]) => what !== 'upper case'))(
    '(%s) is no file of a release',
    async (_what, name) => {
      const { spec } = await scaleSpec(2)
      const [file] = spec.release.files
      const { golden: _none, variants, ...kept } = spec.release
      const named = variants.map((variant) => ({ ...variant, file: name }))
      const release = { ...kept, variants: named, files: [{ ...file!, path: name }] }
      expect(() => releaseCodec.decode(releaseCodec.encode(release))).toThrow(
        expect.objectContaining({ code: 'document-invalid' }) as Error,
      )
    },
  )

  it.each([...names, ['a device of Windows', 'CON'], ['one with a suffix', 'nul.json']])(
    '(%s) is no metadata file',
    async (what, name) => {
      if (what === 'upper case') return
      const before = await everything()
      await expect(metadata.write(name, encodeUtf8('{}'))).rejects.toMatchObject({
        code: 'storage-failed',
      })
      await expect(metadata.read(name)).rejects.toMatchObject({ code: 'storage-failed' })
      expect(await everything()).toEqual(before)
    },
  )

  it('two names that differ in case are not two files of a release', async () => {
    const { spec } = await scaleSpec(2)
    const [file] = spec.release.files
    const files = [file!, { ...file!, path: file!.path.toUpperCase() }]
    const encoded = releaseCodec.encode({ ...spec.release, files })
    expect(() => releaseCodec.decode(encoded)).toThrow(/another file has this name/)
  })
})
