import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { eventually } from './eventually.js'

/** Undefined when there is an S3 server to start, else the line that a skipped test shows. */
export const s3Missing = hasMoto()
  ? undefined
  : 'no S3 server; `pip install "moto[server]"` to run this'

function hasMoto(): boolean {
  try {
    execFileSync('python3', ['-c', 'import moto.server, flask'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** An S3 server with one empty bucket, `models`. */
export async function startS3(): Promise<AsyncDisposable & { readonly endpoint: string }> {
  const server = spawn('python3', ['-u', '-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (text: Buffer) => (output += text.toString()))
  }
  const findEndpoint = () => /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0]
  await eventually(() => findEndpoint() !== undefined, 'the S3 server')
  const endpoint = findEndpoint()!
  await fetch(`${endpoint}/models`, { method: 'PUT' })
  return {
    endpoint,
    async [Symbol.asyncDispose]() {
      const ended = once(server, 'exit')
      server.kill('SIGKILL')
      await ended
    },
  }
}
