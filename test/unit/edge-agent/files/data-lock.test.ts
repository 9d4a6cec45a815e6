import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createDataFolder } from '../../../../edge-agent/src/files/data-layout.js'
import { isDataFolderLocked, lockDataFolder } from '../../../../edge-agent/src/files/data-lock.js'
import { temporaryFolder } from '../../../support/temporary-folder.js'

const holder = `
  import Database from 'libsql'
  const database = new Database(process.argv[1])
  database.exec('BEGIN EXCLUSIVE')
  console.log('held')
  setInterval(() => database.open, 1000)
`

describe('the lock of a data folder', () => {
  it('is held by one at a time', async () => {
    await using folder = await temporaryFolder()
    const layout = await createDataFolder(folder.path)
    expect(isDataFolderLocked(layout)).toBe(false)
    const lock = lockDataFolder(layout)
    expect(isDataFolderLocked(layout)).toBe(true)
    expect(() => lockDataFolder(layout)).toThrow(`another agent is running on ${folder.path}`)
    lock[Symbol.dispose]()
    lockDataFolder(layout)[Symbol.dispose]()
  })

  it('falls to the next when its holder is killed', async () => {
    await using folder = await temporaryFolder()
    const layout = await createDataFolder(folder.path)
    const child = spawn(process.execPath, ['--input-type=module', '-e', holder, layout.lock], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    expect(() => lockDataFolder(layout)).toThrow('another agent is running')
    child.kill('SIGKILL')
    await once(child, 'exit')
    lockDataFolder(layout)[Symbol.dispose]()
  })
})
