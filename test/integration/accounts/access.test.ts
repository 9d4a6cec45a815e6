import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServiceToken } from '../../support/accounts.js'
import {
  actions,
  roles,
  type Access,
  type Role,
} from '../../../fleet-server/src/accounts/permissions.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { accessTable, letters } from './access-table.js'

// C1: every route of the API as every role. What a role may do is read from a table of its own,
// written by hand, and not from the one that the server enforces.

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: RunningServer
let tokens: Record<Role, string>
let routes: Route[]

interface Route {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly action: Access
  /** A further one, which some of its requests need. */
  readonly also: Access | undefined
}

interface OpenApi {
  readonly paths: Record<
    string,
    Record<string, { readonly 'x-kedge-action': Access; readonly 'x-kedge-also'?: Access }>
  >
}

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startTestServer(folder.path)
  const made = roles.map(async (role) => [role, (await createServiceToken(server, role)).token])
  tokens = Object.fromEntries((await Promise.all(made)) as [Role, string][]) as typeof tokens
  const { paths } = (await (await fetch(`${server.url}/api/v1/openapi.json`)).json()) as OpenApi
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, said]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path: `/api/v1${path.replace(/\{\w+\}/g, 'nothing')}`,
      action: said['x-kedge-action'],
      also: said['x-kedge-also'],
    })),
  )
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

/** The status of a request that has no effect: nothing of that name exists and its body is wrong. */
async function statusOf(
  { method, path }: Pick<Route, 'method' | 'path'>,
  token?: string,
): Promise<number> {
  const ended = new AbortController()
  const response = await fetch(server.url + path, {
    method,
    redirect: 'manual',
    signal: ended.signal,
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(method === 'GET' || method === 'DELETE' ? {} : { body: '[]' }),
  })
  ended.abort()
  return response.status
}

describe('access', () => {
  it('is said of every route there is', () => {
    expect(routes.map(({ name }) => name).sort()).toEqual(Object.keys(accessTable).sort())
    const cases = routes.length * (roles.length + 1)
    console.log(`C1: ${routes.length} routes as ${roles.length} roles and nobody: ${cases} cases`)
  })

  it('is said by each route with one action of the table, and each action by a route', () => {
    const others = ['signed-in', 'anyone', 'device']
    const named = routes.flatMap(({ action, also }) => (also ? [action, also] : [action]))
    expect(named.filter((name) => !others.includes(name)).every(isAction)).toBe(true)
    expect(actions.filter((action) => !named.includes(action))).toEqual([])
  })

  it('is said of changes by actions that are not for reading', () => {
    const reading = routes.filter(({ action }) => action.endsWith('.read'))
    expect(reading.filter(({ method }) => method !== 'GET')).toEqual([])
  })

  it.each(roles)('lets the role %s do what the table says, and nothing else', async (role) => {
    const wrong: string[] = []
    for (const route of routes) {
      const allowed = accessTable[route.name] ?? ''
      const mayPass = allowed === 'all' || allowed === 'self' || allowed.includes(letters[role])
      const status = await statusOf(route, tokens[role])
      // Past the guard it fails for what was asked, never for who asks.
      const passed = status !== 401 && status !== 403
      if (passed !== mayPass && !isForPeopleOnly(route)) wrong.push(`${route.name}: ${status}`)
      if (!mayPass) expect(status, route.name).toBe(403)
    }
    expect(wrong).toEqual([])
  })

  it('lets nobody in who says nothing, shows a wrong token or an expired one', async () => {
    for (const route of routes) {
      if (accessTable[route.name] === 'all') continue
      expect(await statusOf(route), route.name).toBe(401)
    }
    const [guarded] = routes.filter(({ name }) => name === 'GET /devices')
    expect(await statusOf(guarded!, 'kst_wrong')).toBe(401)
  })

  it('is denied where no route answers, whoever asks', async () => {
    const unknown = { name: '', method: 'GET', path: '/api/v1/secrets' }
    expect(await statusOf(unknown)).toBe(401)
    expect(await statusOf(unknown, tokens.owner)).toBe(404)
    expect(await statusOf({ ...unknown, method: 'POST' }, tokens.owner)).toBe(404)
  })
})

const isAction = (name: Access): boolean => (actions as Access[]).includes(name)

/** Tokens have no passwords and no passkeys, so these refuse even where the guard lets them by. */
const isForPeopleOnly = ({ name }: Route) => accessTable[name] === 'self'
