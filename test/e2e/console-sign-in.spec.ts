import { expect, type Page } from '@playwright/test'
import { callApi } from '../support/admin-api.js'
import { accessibilityProblems, test } from './support/console-test.js'
import { ServerProcess } from './support/fleet-server.js'

const owner = { name: 'mara', password: 'a long enough password' }

/** A server that nobody has an account on yet. */
const freshTest = test.extend<{ fresh: ServerProcess }>({
  // Playwright reads the parameter's pattern; a server depends on no other fixture.
  // eslint-disable-next-line no-empty-pattern
  fresh: async ({}, use) => {
    await using server = await ServerProcess.start()
    await use(server)
  },
})

async function setUp(page: Page, server: ServerProcess): Promise<void> {
  await page.goto(server.setupLink)
  await page.getByLabel('Name').fill(owner.name)
  await page.getByLabel('Password').fill(owner.password)
  await page.getByRole('button', { name: 'Create my account' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Fleet' })).toBeVisible()
}

async function signIn(page: Page, { name, password } = owner): Promise<void> {
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

const nothingKept = (page: Page) =>
  page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))

freshTest.describe('the way in', () => {
  freshTest('the first administrator comes by the printed link, once', async ({ page, fresh }) => {
    await setUp(page, fresh)
    expect(page.url()).not.toContain('setup')
    await page.reload()
    await expect(page.getByRole('heading', { level: 1, name: 'Fleet' })).toBeVisible()
    await page.context().clearCookies()
    await page.goto(`${fresh.url}/settings/account`)
    await page.goto(fresh.setupLink)
    await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible()
  })

  freshTest('a setup code that is none is refused in words', async ({ page, fresh }) => {
    await page.goto(`${fresh.url}/#setup=not-the-code`)
    await page.getByLabel('Name').fill('eve')
    await page.getByLabel('Password').fill('a long enough password')
    await page.getByRole('button', { name: 'Create my account' }).click()
    await expect(page.getByText('This link has expired or has been used.')).toBeVisible()
  })

  freshTest(
    'a wrong password and a flood of them are said apart, and a session that ends leads back',
    async ({ page, fresh }) => {
      await setUp(page, fresh)
      await page.goto(`${fresh.url}/settings/people`)
      await expect(page.getByRole('row', { name: /mara/ })).toContainText('owner')
      await page.context().clearCookies()
      await page.getByRole('link', { name: 'Service tokens' }).click()
      await expect(page.getByText('Your session has ended.')).toBeVisible()
      await signIn(page, { name: owner.name, password: 'not the password' })
      await expect(page.getByText('The name or the password is not right.')).toBeVisible()
      await signIn(page)
      await expect(page.getByRole('heading', { name: 'Service tokens', exact: true })).toBeVisible()

      await page.context().clearCookies()
      await page.reload()
      for (let tries = 0; tries < 30; tries++) {
        await signIn(page, { name: owner.name, password: 'not the password' })
        await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeEnabled()
        if (await page.getByText(/^Too many failed attempts/).isVisible()) break
      }
      await expect(
        page.getByText(/^Too many failed attempts .*; try again in \d+ min\.$/),
      ).toBeVisible()
    },
  )

  freshTest('a passkey signs in where there was a password', async ({ page, fresh }) => {
    const atName = fresh.url.replace('127.0.0.1', 'localhost')
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('WebAuthn.enable')
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
      },
    })
    await page.goto(fresh.setupLink.replace(fresh.url, atName))
    await page.getByLabel('Name').fill(owner.name)
    await page.getByLabel('Password').fill(owner.password)
    await page.getByRole('button', { name: 'Create my account' }).click()
    await page.getByRole('link', { name: /Signed in: mara/ }).click()
    await page.getByLabel('Name of the passkey').fill('laptop')
    await page.getByRole('button', { name: 'Add passkey' }).click()
    await expect(page.getByRole('row', { name: /laptop/ })).toBeVisible()
    expect(await accessibilityProblems(page)).toEqual([])
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await expect(page.getByRole('row', { name: /laptop/ })).toBeVisible()
  })
})

test('a token of another server is refused in words', async ({ page, emptyServer }) => {
  await page.goto(emptyServer.url)
  await page.getByLabel('Admin token').fill('not-the-token-of-this-server')
  await page.getByRole('button', { name: 'Sign in with the token' }).click()
  await expect(page.getByText('The server does not know this token.')).toBeVisible()
  await page.goto(`${emptyServer.url}/#token=nor-is-this`)
  await page.reload()
  await expect(page.getByLabel('Admin token')).toBeVisible()
})

test('the link with a token opens the console and leaves it nowhere', async ({
  page,
  emptyServer,
}) => {
  await page.goto(emptyServer.consoleLink)
  await expect(page.getByRole('heading', { name: 'Fleet' })).toBeVisible()
  expect(page.url()).not.toContain('token')
  expect(await nothingKept(page)).not.toContain(emptyServer.adminToken)
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Fleet' })).toBeVisible()
  await page.goto(`${emptyServer.url}/settings/account`)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByLabel('Admin token')).toBeVisible()
  await page.goto(`${emptyServer.url}/models`)
  await expect(page.getByLabel('Admin token')).toBeVisible()
})

test('somebody who may only look is offered nothing else', async ({ browser, server, fleet }) => {
  expect(fleet.devices.size).toBeGreaterThan(0)
  const { token } = await callApi<{ token: string }>(server, 'POST /service-tokens', {
    name: 'wall display',
    role: 'viewer',
    ttlS: 3_600,
  })
  const page = await browser.newPage()
  await page.goto(`${server.url}/#token=${token}`)
  await page
    .getByRole('row', { name: /oven-01/ })
    .getByRole('link', { name: 'oven-01' })
    .click()
  await expect(page.getByRole('heading', { level: 1, name: 'oven-01' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Edit labels' })).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Remove…' })).toHaveCount(0)
  await page.goto(`${server.url}/rollouts`)
  await expect(page.getByRole('heading', { level: 1, name: 'Rollouts' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'New rollout' })).toHaveCount(0)
  await page.goto(`${server.url}/settings`)
  await expect(page.getByRole('link', { name: 'My account', exact: true })).toBeVisible()
  await expect(page.getByRole('link', { name: 'People' })).toHaveCount(0)
  await page.goto(`${server.url}/settings/people`)
  await expect(page.getByText('Your role does not open this page')).toBeVisible()
  await page.close()
})
