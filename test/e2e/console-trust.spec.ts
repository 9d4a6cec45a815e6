import { expect } from '@playwright/test'
import { callApi } from '../support/admin-api.js'
import { accessibilityProblems, test } from './support/console-test.js'
import type { ServerProcess } from './support/fleet-server.js'

/** Undefined on a server that keeps no signed metadata. */
const developmentOf = (server: ServerProcess): Promise<boolean | undefined> =>
  callApi<{ development: boolean }>(server, 'GET /trust').then(
    ({ development }) => development,
    () => undefined,
  )

test('keys that belong elsewhere are pointed out on every page, with the way to move them', async ({
  page,
  emptyServer,
}) => {
  const development = await developmentOf(emptyServer)
  await page.goto(emptyServer.consoleLink)
  await expect(page.getByRole('heading', { level: 1, name: 'Fleet' })).toBeVisible()
  const badge = page.getByRole('banner').getByRole('link', { name: /Dev(elopment)? keys/ })
  await expect(badge).toHaveCount(development === true ? 1 : 0)
  await page.goto(`${emptyServer.url}/settings/trust`)
  await expect(
    development === undefined
      ? page.getByText('This server keeps no signed metadata')
      : page.getByRole('table', { name: 'Roles' }),
  ).toBeVisible()
  const advice = page.getByRole('region', { name: 'Development keys' })
  await expect(advice).toHaveCount(development === true ? 1 : 0)
  if (development === true) await expect(advice).toContainText('/keys/offline')
  expect(await accessibilityProblems(page)).toEqual([])
})
