import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import Database from 'libsql'
import { describe, expect, it } from 'vitest'
import { systemEntropy } from '@kedge/shared/util/entropy'
import { SqliteSpool } from '../../../../edge-agent/src/telemetry/sqlite-spool.js'
import { sampleWindow } from '../../../contract/telemetry-spool.suite.js'
import { temporaryFolder } from '../../../support/temporary-folder.js'

describe('the spool in SQLite', () => {
  it('begins a new stream when its file is damaged', async () => {
    await using folder = await temporaryFolder()
    const file = path.join(folder.path, 'spool.db')
    await writeFile(file, Buffer.alloc(8_192, 7))
    using spool = new SqliteSpool({ file, entropy: systemEntropy })
    await spool.append(sampleWindow(1))
    expect((await spool.pending(0, 10)).map(({ count }) => count)).toEqual([1])
  })

  it('gives up a window that cannot be read, and counts it', async () => {
    await using folder = await temporaryFolder()
    const file = path.join(folder.path, 'spool.db')
    using spool = new SqliteSpool({ file, entropy: systemEntropy })
    for (const count of [1, 2, 3]) await spool.append(sampleWindow(count))
    const other = new Database(file)
    other.prepare('UPDATE windows SET body = ? WHERE seq = 2').run([Buffer.from('not CBOR')])
    other.close()
    expect((await spool.pending(0, 10)).map(({ count }) => count)).toEqual([1, 3])
    expect(await spool.dropped()).toEqual({ unreadable: 1 })
  })
})
