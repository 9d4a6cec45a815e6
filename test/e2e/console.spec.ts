import { expect } from '@playwright/test'
import { callApi, enrolmentSecret } from '../support/admin-api.js'
import { SimulatedDevice } from '../support/simulated-device.js'
import { test } from './support/console-test.js'

test.use({ viewport: { width: 1440, height: 900 }, isMobile: false, hasTouch: false })

test('an empty fleet teaches the next commands', async ({ page, emptyServer }) => {
  await page.goto(emptyServer.consoleLink)
  await expect(page.getByText('kedge-agent enrol --token TOKEN --data ./device')).toBeVisible()
  await page.goto(`${emptyServer.url}/models`)
  await expect(page.getByText('kedge model push model.onnx', { exact: false })).toBeVisible()
  await page.goto(`${emptyServer.url}/rollouts`)
  await expect(page.getByText('kedge rollout create', { exact: false })).toBeVisible()
})

test.describe('the fleet', () => {
  test('a device that joins and leaves is shown without a reload', async ({ signedIn, server }) => {
    await signedIn.evaluate(() => Object.assign(globalThis, { isTheSamePage: true }))
    const device = await SimulatedDevice.join(server, {
      kind: 'agent',
      secret: await enrolmentSecret(server),
      labels: { name: 'late-comer', site: 'essen' },
      behave: () => ({ state: 'active' }),
    })
    const row = signedIn.getByRole('row', { name: /late-comer/ })
    await expect(row.getByText('online')).toBeVisible()
    await device[Symbol.asyncDispose]()
    await expect(row.getByText('offline')).toBeVisible()
    await callApi(server, `DELETE /devices/${device.id}`)
    await expect(row).toHaveCount(0)
    expect(await signedIn.evaluate(() => 'isTheSamePage' in globalThis)).toBe(true)
  })

  test('a selector filters it and stays in the address', async ({ signedIn }) => {
    await signedIn.keyboard.press('/')
    await signedIn.keyboard.type('site in (bonn, gdansk), kind=agent')
    await expect(signedIn.getByText('5 devices').or(signedIn.getByText('4 devices'))).toBeVisible()
    await expect(signedIn.getByRole('row', { name: /press-01/ })).toHaveCount(0)
    await signedIn.reload()
    await expect(signedIn.getByLabel('Filter devices by label')).toHaveValue(
      'site in (bonn, gdansk), kind=agent',
    )
    await expect(signedIn.getByRole('row', { name: /belt-01/ })).toBeVisible()
  })

  test('a selector that cannot be read is explained and changes nothing', async ({ signedIn }) => {
    await signedIn.getByLabel('Filter devices by label').fill('site in (bonn')
    await expect(signedIn.getByText(/cannot read "site in \(bonn"/)).toBeVisible()
    await expect(signedIn.getByRole('row', { name: /press-01/ })).toBeVisible()
  })

  test('a device that fails says why, on its row and on its page', async ({ signedIn }) => {
    const row = signedIn.getByRole('row', { name: /oven-01/ })
    await expect(row.getByText('failed')).toBeVisible()
    await expect(row.getByText(/output y differs on golden sample 3/)).toBeVisible()
    await row.getByRole('link', { name: 'oven-01' }).click()
    await expect(signedIn.getByText('golden-mismatch', { exact: true })).toBeVisible()
  })
})

test('only the keyboard is needed', async ({ signedIn }) => {
  const { keyboard } = signedIn
  // A key pressed before the rows are there has nothing to move to.
  await expect(signedIn.locator('[data-row]').nth(1)).toBeVisible()
  await keyboard.press('j')
  await keyboard.press('j')
  await keyboard.press('k')
  const chosen = signedIn.locator('[data-row]:focus')
  const name = await chosen.textContent()
  await keyboard.press('Enter')
  await expect(signedIn.getByRole('heading', { level: 1, name: name ?? '' })).toBeVisible()
  await keyboard.press('Escape')
  await expect(signedIn.getByRole('heading', { level: 1, name: 'Fleet' })).toBeVisible()
  await keyboard.press('g')
  await keyboard.press('m')
  await expect(signedIn.getByRole('heading', { level: 1, name: 'Models' })).toBeVisible()
  await keyboard.press('?')
  await expect(signedIn.getByRole('dialog', { name: 'Keys' })).toBeVisible()
  await keyboard.press('Escape')
  await expect(signedIn.getByRole('dialog')).toHaveCount(0)
})

test('a model shows what a version adds and how versions compare', async ({ signedIn, server }) => {
  await signedIn.goto(`${server.url}/models/load-forecaster?range=15m`)
  const versions = signedIn.getByRole('table', { name: 'Versions' })
  await expect(versions.getByRole('row', { name: /1\.1\.0/ })).toContainText('0.3 %')
  const latency = signedIn.getByRole('table', { name: 'Latency by version' })
  await expect(latency.getByRole('row', { name: /1\.1\.0/ })).toContainText('µs')
  await expect(signedIn.getByRole('figure', { name: 'Mean absolute error' })).toBeVisible()
  await expect(signedIn.locator('canvas')).toHaveCount(2)
})

test('an enrolment token is handed over as one line to type', async ({ signedIn, server }) => {
  await signedIn.goto(`${server.url}/settings/enrolment`)
  await signedIn.getByLabel('Labels the devices get').fill('site=essen')
  await signedIn.getByRole('button', { name: 'Create token' }).click()
  await expect(signedIn.getByText(/^kedge-agent enrol --token ket_\S+ --data/)).toBeVisible()
  await expect(signedIn.getByRole('row', { name: /site\s*=\s*essen/ })).toContainText('1 of 1')
})
