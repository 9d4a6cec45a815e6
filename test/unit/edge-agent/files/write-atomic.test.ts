import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeFileAtomic } from '../../../../edge-agent/src/files/write-atomic.js'
import { temporaryFolder } from '../../../support/temporary-folder.js'

describe('an atomic write', () => {
  it('replaces the file whole, and leaves nothing beside it', async () => {
    await using folder = await temporaryFolder()
    const file = path.join(folder.path, 'device.json')
    await writeFileAtomic(file, Buffer.from('first and long'))
    await writeFileAtomic(file, Buffer.from('second'))
    expect(await readFile(file, 'utf8')).toBe('second')
    expect(await readdir(folder.path)).toEqual(['device.json'])
  })

  it('makes a secret readable by its owner alone', async () => {
    await using folder = await temporaryFolder()
    const file = path.join(folder.path, 'key')
    await writeFileAtomic(file, Buffer.from('secret'), { mode: 0o600 })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it('names the file it could not write', async () => {
    await using folder = await temporaryFolder()
    const file = path.join(folder.path, 'missing', 'device.json')
    await expect(writeFileAtomic(file, Buffer.from('x'))).rejects.toMatchObject({
      code: 'storage-failed',
      message: expect.stringContaining(file) as string,
    })
  })
})
