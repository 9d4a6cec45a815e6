import type { Clock } from '@kedge/shared/util/clock'
import { toConfig } from '../../fleet-server/src/config/config.js'
import type { ServerEnvironment } from '../../fleet-server/src/config/env.js'
import { loadSecrets } from '../../fleet-server/src/config/secrets.js'
import { startServer, type FleetServer } from '../../fleet-server/src/server.js'
import type { ServerAccess } from './admin-api.js'

export type RunningServer = FleetServer & ServerAccess

/** The whole server in this process, on free ports, with everything it keeps in `data`. */
export async function startTestServer(
  data: string,
  settings: ServerEnvironment = {},
  clock?: Clock,
): Promise<RunningServer> {
  const environment = { data, port: '0', mqttPort: '0', logLevel: 'silent', ...settings }
  const config = toConfig(environment)
  const secrets = await loadSecrets(config, environment)
  const server = await startServer(config, secrets, clock)
  return Object.assign(server, { adminToken: secrets.adminToken })
}
