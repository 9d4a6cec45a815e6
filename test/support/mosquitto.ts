import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

// Debian puts it where only root's PATH looks.
const searchPath = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`
const env = { ...process.env, PATH: searchPath }

/** Undefined when Mosquitto is installed, else the line that a skipped test shows. */
export const mosquittoMissing =
  spawnSync('mosquitto', ['-h'], { env }).error === undefined
    ? undefined
    : 'no mosquitto on this machine; install the package "mosquitto" to run this'

export interface MosquittoOptions {
  readonly port?: number
  /** The text of an `acl_file`. */
  readonly acl?: string
  /** More lines of `mosquitto.conf`. */
  readonly settings?: readonly string[]
}

/** A Mosquitto of its own on this machine, on a free port unless one is named. Ends when disposed. */
export async function startMosquitto(at: MosquittoOptions = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'kedge-mosquitto-'))
  const port = at.port ?? (await freePort())
  const config = path.join(folder, 'mosquitto.conf')
  const settings = [...(at.settings ?? [])]
  if (at.acl !== undefined) {
    const file = path.join(folder, 'acl')
    await writeFile(file, at.acl, { mode: 0o600 })
    settings.push(`acl_file ${file}`)
    // Started by root it would become somebody who may not read the file.
    if (process.getuid?.() === 0) settings.push('user root')
  }
  await writeFile(config, configOf(port) + settings.map((line) => `${line}\n`).join(''))
  const broker = spawn('mosquitto', ['-c', config], { env, stdio: 'ignore' })
  const ended = new Promise((resolve) => broker.once('exit', resolve))
  await untilListening(port)
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    pid: broker.pid,
    async [Symbol.asyncDispose]() {
      broker.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const configOf = (port: number) => `listener ${port} 127.0.0.1
allow_anonymous true
persistence false
set_tcp_nodelay true
max_queued_messages 100000
max_inflight_messages 64
log_type none
`

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

export async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await answers(port)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`nobody listens on port ${port}`)
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
    setTimeout(() => socket.destroy(), 200)
  })
