import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { ServerError } from '@kedge/shared/errors/server-error'
import { systemClock } from '@kedge/shared/util/clock'
import { Ms } from '@kedge/shared/util/units'
import type { ChildProgram } from './child-program.js'
import type { DemoOptions } from './demo-options.js'

/** Arguments that start a fleet server as these options say. */
export const serverArguments = (options: DemoOptions): string[] => [
  path.resolve(import.meta.dirname, '../main.js'),
  ...['--data', options.data, '--host', options.host],
  ...['--port', options.port, '--log-level', 'info'],
  ...(options.mqttPort === undefined ? [] : ['--mqtt-port', options.mqttPort]),
  ...(options.adminToken === undefined ? [] : ['--admin-token', options.adminToken]),
]

/** Where a server that is ready listens; whether with TLS is its own decision. */
export const serverUrl = async ({ data }: DemoOptions): Promise<string> =>
  (await readFile(path.join(data, 'address'), 'utf8')).trim()

/**
 * Resolves when the server says that it listens. Its port is not asked: another could answer there.
 *
 * @throws ServerError with the server's own words when it ends instead
 */
export async function untilReady(server: ChildProgram): Promise<void> {
  while (!server.hasStarted) {
    if (!server.running) throw new ServerError('http-failed', server.lastWords)
    await systemClock.sleep(Ms(50))
  }
}

/** The operators' token: as given, or as the server made it. */
export async function adminTokenOf({ adminToken, data }: DemoOptions): Promise<string> {
  return adminToken ?? (await readFile(path.join(data, 'admin-token'), 'utf8')).trim()
}
