import { readdir, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { createDataFolder } from '../../../../edge-agent/src/files/data-layout.js'
import { DiskStateStore } from '../../../../edge-agent/src/state/disk-state-store.js'
import { temporaryFolder } from '../../../support/temporary-folder.js'

describe('the state store on disk', () => {
  it.each(['', '{"v":1', '\u0000\u0000', 'not json'])(
    'sets a document aside that cannot be read: %j',
    async (text) => {
      await using folder = await temporaryFolder()
      const layout = await createDataFolder(folder.path)
      const store = new DiskStateStore(layout)
      await writeFile(layout.device, text)
      expect(await store.load('device')).toBeUndefined()
      expect(await readdir(folder.path)).toContain('device.json.unreadable')
      await store.save('device', { v: 1 })
      expect(await store.load('device')).toEqual({ v: 1 })
    },
  )
})
