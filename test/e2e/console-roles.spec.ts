import { expect } from '@playwright/test'
import { callApi } from '../support/admin-api.js'
import { accessibilityProblems, test } from './support/console-test.js'

test.use({ viewport: { width: 1440, height: 900 }, isMobile: false, hasTouch: false })

const forAll = ['Publishers', 'Trust', 'Server', 'My account']
const overseen = ['Enrolment', 'People', 'Service tokens', 'Audit', ...forAll]

/** What each role is led to, and what it is offered there. */
const table = [
  { role: 'owner', links: overseen, offered: ['Create token', 'Add person', 'New rollout'] },
  { role: 'admin', links: overseen, offered: ['Create token', 'Add person', 'New rollout'] },
  { role: 'publisher', links: forAll, offered: [] },
  { role: 'operator', links: ['Enrolment', ...forAll], offered: ['Create token', 'New rollout'] },
  { role: 'viewer', links: forAll, offered: [] },
  { role: 'auditor', links: overseen, offered: [] },
] as const

for (const { role, links, offered } of table) {
  test(`${role}s are led to what they may see, and offered what they may do`, async ({
    page,
    emptyServer,
  }) => {
    const { token } = await callApi<{ token: string }>(emptyServer, 'POST /service-tokens', {
      name: `a ${role}`,
      role,
    })
    await page.goto(`${emptyServer.url}/#token=${token}`)
    await expect(page.getByRole('heading', { level: 1, name: 'Fleet' })).toBeVisible()
    await page.goto(`${emptyServer.url}/settings/people`)
    const tabs = page.getByRole('navigation', { name: 'Settings' }).getByRole('link')
    await expect(tabs).toHaveCount(links.length)
    expect((await tabs.allTextContents()).sort()).toEqual([...links].sort())
    const seen: string[] = []
    for (const [room, button] of [
      ['/settings/enrolment', 'Create token'],
      ['/settings/people', 'Add person'],
      ['/rollouts', 'New rollout'],
    ] as const) {
      await page.goto(emptyServer.url + room)
      await expect(page.locator('h2').first()).toBeVisible()
      await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
      if ((await page.getByRole('button', { name: button }).count()) > 0) seen.push(button)
    }
    expect(seen).toEqual(offered)
    if (role === 'auditor') {
      await page.goto(`${emptyServer.url}/settings/people`)
      await expect(page.getByText('you may look here, and change nothing')).toBeVisible()
    }
    expect(await accessibilityProblems(page)).toEqual([])
  })
}
