import { expect, type Page } from '@playwright/test'
import { callApi } from '../support/admin-api.js'
import { oidcClient, TestOidcProvider } from '../support/oidc-provider.js'
import { test } from './support/console-test.js'
import { ServerProcess } from './support/fleet-server.js'

test.use({ viewport: { width: 1440, height: 900 }, isMobile: false, hasTouch: false })

async function startWith(provider: TestOidcProvider): Promise<ServerProcess> {
  const server = await ServerProcess.start({
    KEDGE_OIDC_ISSUER: provider.issuer,
    KEDGE_OIDC_CLIENT_ID: oidcClient.id,
    KEDGE_OIDC_CLIENT_SECRET: oidcClient.secret,
    KEDGE_OIDC_ROLES: 'field=operator',
  })
  provider.serve(`${server.url}/api/v1/oidc/callback`)
  const owner = { name: 'mara', password: 'a long enough password', role: 'owner' }
  await callApi(server, 'POST /users', owner)
  return server
}

/** What the provider asks: who it is, and whether this server may know. */
async function sayWho(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name: 'Single sign-on' }).click()
  await page.locator('input[name="login"]').fill(name)
  await page.locator('input[name="password"]').fill('any')
  await page.locator('button[type="submit"]').click()
  await page.locator('button[type="submit"]').click()
}

test('single sign-on lets people in with the role of their group, where they wanted to go', async ({
  page,
}) => {
  await using provider = await TestOidcProvider.start()
  provider.groups['ines'] = ['field']
  await using server = await startWith(provider)
  await page.goto(`${server.url}/models`)
  await sayWho(page, 'ines')
  await expect(page.getByRole('heading', { level: 1, name: 'Models' })).toBeVisible()
  await expect(
    page.getByRole('link', { name: 'Signed in: ines, operator. My account' }),
  ).toBeVisible()
})

test('whom the provider knows and nobody has given a role is told so', async ({ page }) => {
  await using provider = await TestOidcProvider.start()
  await using server = await startWith(provider)
  await page.goto(server.url)
  await sayWho(page, 'stranger')
  await expect(page.getByText('nobody has given you a role here')).toBeVisible()
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible()
})
