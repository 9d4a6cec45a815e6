import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = path.resolve(import.meta.dirname, '../..')

/** How a command ended, and what it printed. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built `kedge` as people do, in a process of its own. */
export async function runKedge(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const program = path.join(root, 'fleet-server/dist/cli/main.js')
  const options = { env: { ...process.env, ...env }, timeout: 60_000 }
  try {
    return { code: 0, ...(await run(process.execPath, [program, ...args], options)) }
  } catch (error) {
    return error as Ended
  }
}
