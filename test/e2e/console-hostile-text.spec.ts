import { expect, type Page } from '@playwright/test'
import { callApi, enrolmentSecret } from '../support/admin-api.js'
import { SimulatedDevice } from '../support/simulated-device.js'
import { test } from './support/console-test.js'
import type { ServerProcess } from './support/fleet-server.js'

const hostile = `<img src=x onerror="globalThis.hurt=true"><script>globalThis.hurt=true</script>`

test.use({ viewport: { width: 1440, height: 900 }, isMobile: false, hasTouch: false })

/** A device whose every word is markup that would run where a page took it for its own. */
async function hostileDevice(server: ServerProcess): Promise<SimulatedDevice> {
  return SimulatedDevice.join(server, {
    kind: 'agent',
    secret: await enrolmentSecret(server),
    labels: { name: 'hostile', site: 'nowhere' },
    says: hostile,
    behave: () => ({ state: 'failed', reason: { code: hostile.slice(0, 64), message: hostile } }),
  })
}

async function expectUnhurt(page: Page): Promise<void> {
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
  expect(await page.evaluate(() => 'hurt' in globalThis)).toBe(false)
  expect(await page.locator('img[src="x"]').count()).toBe(0)
  expect(await page.locator('body script').count()).toBeLessThanOrEqual(1)
}

test('markup in what devices, programs and people say is text, and runs nowhere', async ({
  signedIn,
  server,
}) => {
  const violations: string[] = []
  signedIn.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) violations.push(message.text())
  })
  await using device = await hostileDevice(server)
  const rollout = await callApi<{ id: string }>(server, 'POST /rollouts', {
    model: 'gesture',
    version: '1.0.0',
    select: 'name=hostile',
    name: hostile.slice(0, 60),
  })
  await callApi(server, 'POST /service-tokens', { name: hostile.slice(0, 64), role: 'viewer' })
  const rooms = [
    '/?select=name%3Dhostile',
    `/devices/${device.id}`,
    '/rollouts',
    `/rollouts/${rollout.id}`,
    '/models/gesture',
    '/settings/service-tokens',
    '/settings/audit',
    `/settings/audit?actor=${encodeURIComponent(hostile)}`,
    `/?select=${encodeURIComponent(hostile)}`,
    `/devices/${encodeURIComponent(hostile)}`,
    `/#token=${encodeURIComponent(hostile)}`,
  ]
  for (const room of rooms) {
    await signedIn.goto(server.url + room)
    await expectUnhurt(signedIn)
  }
  await signedIn.goto(server.consoleLink)
  await signedIn.goto(`${server.url}/devices/${device.id}`)
  await expect(signedIn.getByText(hostile).first()).toBeVisible()
  await signedIn.getByText('Reported state').click()
  await expectUnhurt(signedIn)
  expect(violations).toEqual([])
})

test('a script that stands in the page itself is not run', async ({ signedIn }) => {
  await signedIn.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'globalThis.hurt = true'
    document.body.append(script)
    document.body.insertAdjacentHTML('beforeend', '<img src="x" onerror="globalThis.hurt = true">')
    document.body.insertAdjacentHTML('beforeend', '<p style="color: red" id="styled">text</p>')
  })
  const colour = await signedIn.locator('#styled').evaluate((one) => getComputedStyle(one).color)
  expect(colour).not.toBe('rgb(255, 0, 0)')
  expect(await signedIn.evaluate(() => 'hurt' in globalThis)).toBe(false)
})
