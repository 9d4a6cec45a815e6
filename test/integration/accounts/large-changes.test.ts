import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Hours, Minutes } from '@kedge/shared/util/units'
import { DeviceRepository } from '../../../fleet-server/src/devices/device-repository.js'
import { createUser, signedIn, testPassword } from '../../support/accounts.js'
import type { Browser } from '../../support/browser.js'
import { describeOnDatabases } from '../../support/databases.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { ShiftedClock } from '../../support/shifted-clock.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const fleet = 40

describeOnDatabases('a session that has not proved itself for five minutes', (open) => {
  const clock = new ShiftedClock()
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let server: RunningServer
  let browser: Browser

  beforeAll(async () => {
    folder = await temporaryFolder()
    const { db, url } = await open()
    server = await startTestServer(folder.path, { databaseUrl: url }, clock)
    const devices = new DeviceRepository(db)
    for (let i = 0; i < fleet; i++) {
      const device = {
        id: `d-${String(i).padStart(2, '0')}`,
        ...{ kind: 'agent' as const, publicKey: `key ${i}`, enrolledAt: 1 },
        labels: { site: `s${Math.floor(i / 4)}` },
      }
      await devices.enrol(device, undefined)
    }
    await createUser(server, 'olaf', 'operator')
    browser = await signedIn(server, 'olaf')
    clock.advance(Minutes(5))
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  const codeOf = async (route: `${string} ${string}`, body?: unknown) => {
    const response = await browser.send(route, body)
    if (response.status === 204) return 'done'
    return ((await response.json()) as { code: string }).code
  }

  describe('may', () => {
    it.each([
      ['send a release to a tenth of the fleet', 'site=s1', 'not-found'],
      ['not send one to more', 'site!=s1', 'step-up-required'],
      ['not send one to all', '*', 'step-up-required'],
    ])('%s', async (_, select, code) => {
      const rollout = { model: 'none', version: '1.0.0', select }
      expect(await codeOf('POST /api/v1/rollouts', rollout)).toBe(code)
    })

    it('not slip by under another name for JSON', async () => {
      const rollout = { model: 'none', version: '1.0.0', select: '*' }
      const headers = { 'content-type': 'application/vnd.x+json' }
      const response = await browser.send('POST /api/v1/rollouts', rollout, headers)
      expect(await response.json()).toMatchObject({ code: 'step-up-required' })
    })

    it('take ten devices out within the hour, and then has to prove itself', async () => {
      const remove = (i: number) =>
        codeOf(
          i % 2 === 0
            ? `DELETE /api/v1/devices/d-${String(i).padStart(2, '0')}`
            : `POST /api/v1/devices/d-${String(i).padStart(2, '0')}/revoke`,
        )
      for (let i = 0; i < 10; i++) expect(await remove(i)).toBe('done')
      expect(await remove(10)).toBe('step-up-required')
      await browser.send('POST /api/v1/session/step-up', { password: testPassword })
      expect(await remove(10)).toBe('done')
      clock.advance(Minutes(5))
      expect(await remove(11)).toBe('step-up-required')
      clock.advance(Hours(1))
      expect(await remove(11)).toBe('done')
    })
  })
})
