import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeUtf8 } from '@kedge/shared/util/bytes'
import { createDataFolder } from '../../../../edge-agent/src/files/data-layout.js'
import { DiskMetadataStore } from '../../../../edge-agent/src/state/disk-metadata-store.js'
import { temporaryFolder } from '../../../support/temporary-folder.js'

describe('S12: metadata names', () => {
  it.each([
    '../root.json',
    '..',
    '/etc/passwd',
    'a/../../b.json',
    'a\\b.json',
    'root\0.json',
    'CON',
    'nul.json',
    '.hidden',
    'x'.repeat(4_096),
    'r\u043e\u043et.json',
    '',
  ])('that could leave their folder are refused: %j', async (name) => {
    await using folder = await temporaryFolder()
    const layout = await createDataFolder(path.join(folder.path, 'data'))
    await writeFile(path.join(folder.path, 'outside'), 'as it was')
    const store = new DiskMetadataStore(layout)
    const before = await readdir(folder.path, { recursive: true })
    await expect(store.write(name, encodeUtf8('{}'))).rejects.toMatchObject({
      code: 'storage-failed',
    })
    await expect(store.read(name)).rejects.toMatchObject({ code: 'storage-failed' })
    await expect(store.remove(name)).rejects.toMatchObject({ code: 'storage-failed' })
    expect(await readdir(folder.path, { recursive: true })).toEqual(before)
  })
})
