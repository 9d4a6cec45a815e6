import { expect, type Page } from '@playwright/test'
import { callApi } from '../support/admin-api.js'
import { accessibilityProblems, test } from './support/console-test.js'
import type { ServerProcess } from './support/fleet-server.js'

const sizes = [
  { width: 1440, height: 900 },
  { width: 360, height: 740 },
]
const themes = ['light', 'dark'] as const

/** Every room, each with something in it. */
async function roomsOf(server: ServerProcess): Promise<string[]> {
  const devices = await callApi<{ items: { id: string; labels: { name: string } }[] }>(
    server,
    'GET /devices?select=name=oven-01',
  )
  const rollouts = await callApi<{ items: { id: string }[] }>(server, 'GET /rollouts')
  return [
    '/',
    '/?select=site%3Dnowhere',
    `/devices/${devices.items[0]?.id}`,
    '/models',
    '/models/gesture',
    '/rollouts',
    `/rollouts/${rollouts.items[0]?.id}`,
    '/rollouts/new?model=gesture&select=*',
    '/settings/enrolment',
    '/settings/publishers',
    '/settings/trust',
    '/settings/people',
    '/settings/service-tokens',
    '/settings/audit',
    '/settings/server',
    '/settings/account',
    '/there-is-no-such-room',
  ]
}

async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
  await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible()
}

for (const viewport of sizes) {
  test.describe(`at ${viewport.width} pixels`, () => {
    test.use({ viewport, isMobile: viewport.width < 720, hasTouch: viewport.width < 720 })

    test('everybody can use every room, and none scrolls sideways', async ({
      signedIn,
      server,
    }) => {
      test.setTimeout(300_000)
      const problems: string[] = []
      for (const room of await roomsOf(server)) {
        await signedIn.goto(server.url + room)
        await settled(signedIn)
        for (const colorScheme of themes) {
          await signedIn.emulateMedia({ colorScheme })
          const found = await accessibilityProblems(signedIn)
          problems.push(...found.map((problem) => `${room} ${colorScheme}: ${problem}`))
        }
        const beyond = await signedIn.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        )
        if (beyond > 0) problems.push(`${room} scrolls sideways by ${beyond} px`)
      }
      expect(problems).toEqual([])
    })

    test('signing in and the empty rooms are for everybody too', async ({ page, emptyServer }) => {
      await page.goto(emptyServer.url)
      await expect(page.getByLabel('Admin token')).toBeVisible()
      const problems = await accessibilityProblems(page)
      await page.goto(emptyServer.consoleLink)
      for (const room of ['/', '/models', '/rollouts', '/settings']) {
        await page.goto(emptyServer.url + room)
        await settled(page)
        problems.push(...(await accessibilityProblems(page)))
      }
      expect(problems).toEqual([])
    })
  })
}
