import { callApi, type ServerAccess } from './admin-api.js'
import { Browser } from './browser.js'
import type { Role } from '../../fleet-server/src/accounts/permissions.js'
import type { IssuedServiceToken } from '../../fleet-server/src/accounts/service-token.js'
import type { User } from '../../fleet-server/src/accounts/user.js'
import type { AuditRecord } from '../../fleet-server/src/audit/audit-record.js'

export const testPassword = 'a password for tests'

export const createUser = (server: ServerAccess, name: string, role: Role): Promise<User> =>
  callApi(server, 'POST /users', { name, role, password: testPassword })

/** A browser in which somebody has signed in. */
export async function signedIn(server: ServerAccess, name: string): Promise<Browser> {
  const browser = new Browser(server.url)
  const response = await browser.send('POST /api/v1/session', { name, password: testPassword })
  if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`)
  return browser
}

export const createServiceToken = (
  server: ServerAccess,
  role: Role,
  ttlS = 3_600,
): Promise<IssuedServiceToken> =>
  callApi(server, 'POST /service-tokens', { name: `a ${role}`, role, ttlS })

/** The newest rows of the trail, the newest first. */
export async function auditRows(server: ServerAccess, query = ''): Promise<AuditRecord[]> {
  const { items } = await callApi<{ items: AuditRecord[] }>(server, `GET /audit?${query}`)
  return items
}
