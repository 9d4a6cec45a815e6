import { expect } from '@playwright/test'
import { callApi } from '../support/admin-api.js'
import { test } from './support/console-test.js'

test.use({ viewport: { width: 1440, height: 900 }, isMobile: false, hasTouch: false })

test('a rollout is created after seeing whom it meets, and aborted after saying what it does', async ({
  signedIn,
  server,
}) => {
  await signedIn.goto(`${server.url}/rollouts/new?model=load-forecaster&version=1.1.0`)
  await signedIn.getByLabel('Devices whose labels match').fill('site=bonn, kind=agent')
  const preview = signedIn.getByRole('region', { name: 'Devices that match' })
  await expect(preview.getByText('3 devices match')).toBeVisible()
  await expect(preview.getByRole('listitem').filter({ hasText: 'runs 1.0.0' })).toContainText('3')
  await signedIn.getByRole('button', { name: 'Roll out to 3 devices' }).click()
  await expect(signedIn.getByRole('heading', { name: '3 of 3 devices run 1.1.0' })).toBeVisible()

  await signedIn.getByRole('button', { name: 'Abort…' }).click()
  const dialog = signedIn.getByRole('dialog')
  await expect(dialog.getByText('3 devices go back to 1.0.0')).toBeVisible()
  const abort = dialog.getByRole('button', { name: 'Abort rollout' })
  await expect(abort).toBeDisabled()
  await dialog.getByRole('textbox').fill('load-forecaste')
  await expect(abort).toBeDisabled()
  await dialog.getByRole('textbox').fill('load-forecaster')
  await abort.click()
  await expect(dialog).toHaveCount(0)
  await expect(signedIn.getByText('aborted', { exact: true })).toBeVisible()
  await signedIn.goto(`${server.url}/?select=site%3Dbonn`)
  await expect(signedIn.getByRole('row', { name: /belt-02/ })).toContainText('1.0.0')
})

test('failed devices are found by their state and tried again', async ({ signedIn, server }) => {
  const { items } = await callApi<{ items: { id: string; model: string; version: string }[] }>(
    server,
    'GET /rollouts',
  )
  const rollout = items.filter((one) => one.model === 'load-forecaster').at(-2)
  await signedIn.goto(`${server.url}/rollouts/${rollout?.id}`)
  await signedIn.getByRole('link', { name: 'failed 2' }).click()
  await expect(signedIn.getByRole('table', { name: 'Devices' }).locator('tbody tr')).toHaveCount(2)
  await expect(signedIn.getByText('storage-full')).toBeVisible()
  const retried = signedIn.waitForResponse((response) => response.url().endsWith('/retry'))
  await signedIn.getByRole('button', { name: 'Retry on 2 failed devices' }).click()
  expect((await retried).status()).toBe(200)
  await signedIn.getByRole('button', { name: 'Pause' }).click()
  await expect(signedIn.getByText('paused', { exact: true })).toBeVisible()
  await signedIn.getByRole('button', { name: 'Resume' }).click()
  await expect(signedIn.getByText('running', { exact: true })).toBeVisible()
})

test('a new row waits while somebody reads the list', async ({ signedIn, server }) => {
  await signedIn.goto(`${server.url}/rollouts`)
  const first = signedIn.locator('tbody tr').first()
  await first.hover()
  const before = await first.textContent()
  const count = await signedIn.locator('tbody tr').count()
  const request = { model: 'gesture', version: '1.0.0', select: 'site=nowhere', name: 'waits' }
  await callApi(server, 'POST /rollouts', request)
  await expect(signedIn.getByRole('button', { name: '1 new, show' })).toBeVisible()
  expect(await first.textContent()).toBe(before)
  await signedIn.getByRole('button', { name: '1 new, show' }).click()
  await expect(signedIn.locator('tbody tr')).toHaveCount(count + 1)
  await expect(first).toContainText('waits')
})

test('a lost connection is said, and mended by itself', async ({ page, emptyServer }) => {
  await page.goto(emptyServer.consoleLink)
  const marker = page.getByRole('status').filter({ hasText: 'ive' })
  await expect(marker).toHaveText('Live')
  await emptyServer.stop()
  await expect(marker).toHaveText('Not live')
  await emptyServer.restart()
  await expect(marker).toHaveText('Live')
})
