import { expect, type Page } from '@playwright/test'
import { enrolDevice } from '@kedge/shared/adapters/enrolment'
import { parseEnrolmentToken } from '@kedge/shared/protocol/enrolment'
import { generateKeyPair } from '@kedge/shared/trust/keys'
import { callApi, enrolmentSecret, type ServerAccess } from '../support/admin-api.js'
import { SimulatedDevice } from '../support/simulated-device.js'
import { accessibilityProblems, test } from './support/console-test.js'

test.use({ viewport: { width: 1440, height: 900 }, isMobile: false, hasTouch: false })

/** A device that asks to join whenever it is told to, by a token that needs an operator's word. */
async function newcomer(server: ServerAccess, name: string): Promise<{ ask(): Promise<string> }> {
  const { token } = await callApi<{ token: string }>(server, 'POST /enrolment-tokens', {
    labels: {},
    ttlS: 3_600,
    uses: 5,
    approve: true,
  })
  const { secret } = parseEnrolmentToken(token)
  const keys = await generateKeyPair(false)
  const options = { kind: 'agent', secret, labels: { name }, keys, url: server.url, fetch } as const
  return { ask: async () => (await enrolDevice(options)).device }
}

const waitingRow = (page: Page, name: string) =>
  page.getByRole('table', { name: 'Waiting devices' }).getByRole('row', { name })

test('a device that waits joins when it is approved, without a reload of the page', async ({
  signedIn,
  server,
}) => {
  const device = await newcomer(server, 'gate-07')
  await expect(device.ask()).rejects.toThrow('has to approve')
  const row = waitingRow(signedIn, 'gate-07')
  await expect(row).toBeVisible()
  expect(await accessibilityProblems(signedIn)).toEqual([])
  await row.getByRole('button', { name: 'Approve gate-07' }).click()
  await expect(row).toHaveCount(0)
  // A pointer over the list would hold the new row back.
  await signedIn.mouse.move(0, 0)
  const devices = signedIn.getByRole('table', { name: 'Devices', exact: true })
  await expect(devices.getByRole('row', { name: /gate-07/ })).toBeVisible()
  await device.ask()
})

test('a device that is rejected may not ask again, until it is pardoned', async ({
  signedIn,
  server,
}) => {
  const device = await newcomer(server, 'gate-08')
  await expect(device.ask()).rejects.toThrow('has to approve')
  const waiting = waitingRow(signedIn, 'gate-08')
  const id = /d-\w{16}/.exec((await waiting.textContent()) ?? '')?.[0] ?? ''
  await waiting.getByRole('button', { name: 'Reject gate-08' }).click()
  await expect(waiting).toHaveCount(0)
  await expect(device.ask()).rejects.toThrow('refuses to enrol')

  await signedIn.goto(`${server.url}/settings/enrolment`)
  const row = signedIn.getByRole('table', { name: 'Barred devices' }).getByRole('row', { name: id })
  await expect(row).toContainText('rejected')
  await row.getByRole('button', { name: `Pardon ${id}` }).click()
  await signedIn.getByRole('dialog').getByRole('button', { name: 'Pardon device' }).click()
  await expect(row).toHaveCount(0)
  await expect(device.ask()).rejects.toThrow('has to approve')
})

test('a device that is revoked is cut off, and its page says so', async ({ signedIn, server }) => {
  await using device = await SimulatedDevice.join(server, {
    kind: 'agent',
    secret: await enrolmentSecret(server),
    labels: { name: 'stolen-01' },
    behave: () => ({ state: 'active' }),
  })
  await signedIn.goto(`${server.url}/devices/${device.id}`)
  await expect(signedIn.getByText('online', { exact: true })).toBeVisible()
  await signedIn.getByRole('button', { name: 'Revoke…' }).click()
  const dialog = signedIn.getByRole('dialog')
  await expect(dialog.getByText('It is disconnected within a second')).toBeVisible()
  await dialog.getByRole('textbox').fill('stolen-01')
  await dialog.getByRole('button', { name: 'Revoke device' }).click()
  await expect(signedIn.getByRole('heading', { name: 'This device was revoked' })).toBeVisible()
  await expect.poll(() => device.online).toBe(false)
  expect(await accessibilityProblems(signedIn)).toEqual([])
  await signedIn.getByRole('button', { name: 'Pardon…' }).click()
  await dialog.getByRole('button', { name: 'Pardon device' }).click()
  await expect(signedIn.getByRole('heading', { name: 'There is no such device' })).toBeVisible()
})

test('a release that is revoked leaves the devices that ran it, with the reason', async ({
  signedIn,
  server,
}) => {
  await signedIn.goto(`${server.url}/models/gesture`)
  const versions = signedIn.getByRole('table', { name: 'Versions' })
  const row = versions.getByRole('row', { name: /^1\.1\.0/ })
  await row.getByRole('button', { name: 'Revoke 1.1.0' }).click()
  const dialog = signedIn.getByRole('dialog')
  await expect(dialog.getByText(/It runs on 1 device now/)).toBeVisible()
  const revoke = dialog.getByRole('button', { name: 'Revoke release' })
  await dialog.getByLabel(/to confirm/).fill('gesture 1.1.0')
  await expect(revoke).toBeDisabled()
  await dialog.getByLabel('Why').fill('wrong labels on "wave"')
  await revoke.click()
  await expect(row).toContainText('revoked')
  await expect(row).toContainText('wrong labels on "wave"')
  await expect(row.getByRole('link', { name: 'Roll out 1.1.0' })).toHaveCount(0)
  await expect(signedIn.getByRole('button', { name: 'Roll out 1.0.0' })).toBeVisible()
  await signedIn.goto(`${server.url}/?select=name%3Dtablet-01`)
  const device = signedIn.getByRole('row', { name: /tablet-01/ })
  await expect(device).toContainText('gesture')
  await expect(device).not.toContainText('1.1.0')
})
