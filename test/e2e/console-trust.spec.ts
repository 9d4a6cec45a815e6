import { expect } from '@playwright/test'
import { renewalAdvice } from '../../fleet-server/src/trust/expiry.js'
import { callApi } from '../support/admin-api.js'
import { accessibilityProblems, test } from './support/console-test.js'

test('keys that belong elsewhere are pointed out on every page, with the way to move them', async ({
  page,
  emptyServer,
}) => {
  const trust = await callApi<{ development: boolean }>(emptyServer, 'GET /trust')
  expect(trust.development).toBe(true)
  await page.goto(emptyServer.consoleLink)
  await page
    .getByRole('banner')
    .getByRole('link', { name: /Dev(elopment)? keys/ })
    .click()
  await expect(page.getByRole('table', { name: 'Roles' })).toBeVisible()
  const advice = page.getByRole('region', { name: 'Development keys' })
  await expect(advice).toContainText('/keys/offline')
  await expect(advice).toContainText('kedge key grant')
  expect(await accessibilityProblems(page)).toEqual([])
})

test('what expires soon is said on every page, with the command that signs it anew', async ({
  page,
  emptyServer,
}) => {
  // Only what the answer says of time is another: the server's own files live for months.
  await page.route('**/api/v1/trust', async (route) => {
    const trust = (await (await route.fetch()).json()) as { roles: { role: string }[] }
    const expires = Date.now() + 3 * 86_400_000
    const renewal = renewalAdvice({ role: 'root', expires }, Date.now())
    const soon = { expires, renewal }
    const roles = trust.roles.map((one) => (one.role === 'root' ? { ...one, ...soon } : one))
    await route.fulfill({ json: { ...trust, roles } })
  })
  await page.goto(emptyServer.consoleLink)
  await page
    .getByRole('banner')
    .getByRole('link', { name: /expire soon|Expiring/ })
    .click()
  const notice = page.getByRole('region', { name: 'To be signed anew' })
  await expect(notice).toContainText('root expires on')
  await expect(notice).toContainText('kedge key renew root')
  expect(await accessibilityProblems(page)).toEqual([])
})
