import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream'
import { answer } from '../harness/child.js'

let folder: string | undefined

const handlers = {
  /** Serves one file of `length` bytes from disk. */
  async start({ length }: { length: number }): Promise<{ port: number }> {
    folder = await mkdtemp(path.join(tmpdir(), 'kedge-bench-http-'))
    const file = path.join(folder, 'model')
    await writeFile(file, randomBytes(length))
    const server = createServer((_request, response) => {
      response.setHeader('content-length', length)
      pipeline(createReadStream(file, { highWaterMark: 256 * 1024 }), response, () => undefined)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { port: (server.address() as AddressInfo).port }
  },
  async stop() {
    if (folder) await rm(folder, { recursive: true })
  },
}

export type HttpServer = typeof handlers
answer(handlers)
