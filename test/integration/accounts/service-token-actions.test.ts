import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { IssuedServiceToken } from '../../../fleet-server/src/accounts/service-token.js'
import { callApi, type ServerAccess } from '../../support/admin-api.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: RunningServer

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startTestServer(folder.path)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const tokenOf = async (role: string, ...actions: string[]): Promise<ServerAccess> => {
  const request = { name: 'a page', role, actions }
  const { token } = await callApi<IssuedServiceToken>(server, 'POST /service-tokens', request)
  return { url: server.url, adminToken: token }
}

describe('a service token of a few actions', () => {
  it('lets the backend of a page begin sessions for it, and nothing else', async () => {
    const backend = await tokenOf('operator', 'browser-session.create')
    expect(await callApi(backend, 'POST /browser-sessions', { labels: {} })).toHaveProperty('token')
    const enrolment = { labels: {}, ttlS: 60, uses: 1 }
    for (const [route, body] of [
      ['POST /enrolment-tokens', enrolment],
      ['GET /devices', undefined],
      ['DELETE /devices/d-1', undefined],
    ] as const) {
      await expect(callApi(backend, route, body)).rejects.toThrow('403')
    }
  })

  it('says what it may do, here and in the list', async () => {
    const { adminToken } = await tokenOf('auditor', 'audit.read', 'model.read')
    const headers = { authorization: `Bearer ${adminToken}` }
    const session = await fetch(`${server.url}/api/v1/session`, { headers })
    expect(await session.json()).toMatchObject({ can: ['model.read', 'audit.read'] })
    const { items } = await callApi<{ items: IssuedServiceToken[] }>(server, 'GET /service-tokens')
    expect(items.map(({ actions }) => actions)).toContainEqual(['audit.read', 'model.read'])
  })

  it('is not made with actions that its role does not have', async () => {
    await expect(tokenOf('viewer', 'audit.read')).rejects.toThrow('audit.read')
    await expect(tokenOf('viewer', 'everything')).rejects.toThrow('400')
  })

  it('gives nobody what it does not have itself', async () => {
    const scoped = await tokenOf('admin', 'service-token.manage', 'user.manage')
    const token = { name: 'more', role: 'admin' }
    const user = { name: 'eve', role: 'viewer', password: 'a password for tests' }
    await expect(callApi(scoped, 'POST /service-tokens', token)).rejects.toThrow('403')
    await expect(callApi(scoped, 'POST /users', user)).rejects.toThrow('403')
  })
})

describe('metadata that says who may sign', () => {
  const files = (name: string) => ({ files: { [name]: '{}' } })

  it('is taken from owners alone, and files of models from publishers too', async () => {
    const publisher = await tokenOf('publisher', 'trust.publish')
    const upload = (name: string, by: ServerAccess) =>
      callApi(by, 'POST /trust/metadata', files(name))
    for (const name of ['2.root.json', '2.targets.json']) {
      await expect(upload(name, publisher)).rejects.toThrow('403')
      await expect(upload(name, server)).rejects.toThrow('422')
    }
    await expect(upload('2.model.m.json', publisher)).rejects.toThrow('422')
  })
})
