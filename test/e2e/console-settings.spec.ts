import { expect } from '@playwright/test'
import Database from 'libsql'
import { callApi, enrolmentSecret } from '../support/admin-api.js'
import { SimulatedDevice } from '../support/simulated-device.js'
import { test } from './support/console-test.js'

test.use({ viewport: { width: 1440, height: 900 }, isMobile: false, hasTouch: false })

test('people are let in, given another role and let go', async ({ signedIn, server }) => {
  await signedIn.goto(`${server.url}/settings/people`)
  await signedIn.getByLabel('Name').fill('ola')
  await signedIn.getByLabel('Role').selectOption('viewer')
  await signedIn.getByLabel('First password').fill('a long enough password')
  await signedIn.getByRole('button', { name: 'Add person' }).click()
  const row = signedIn.getByRole('row', { name: /ola/ })
  await expect(row).toContainText('viewer')
  await row.getByRole('button', { name: 'Change ola' }).click()
  const dialog = signedIn.getByRole('dialog')
  await dialog.getByLabel('Role').selectOption('operator')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(row).toContainText('operator')
  await row.getByRole('button', { name: 'Remove ola' }).click()
  const remove = dialog.getByRole('button', { name: 'Remove person' })
  await expect(remove).toBeDisabled()
  await dialog.getByRole('textbox').fill('ola')
  await remove.click()
  await expect(row).toHaveCount(0)
})

test('a name that is taken is said in the words of the server', async ({ signedIn, server }) => {
  const password = 'a long enough password'
  await callApi(server, 'POST /users', { name: 'twice', role: 'viewer', password })
  await signedIn.goto(`${server.url}/settings/people`)
  await signedIn.getByLabel('Name').fill('twice')
  await signedIn.getByLabel('First password').fill(password)
  await signedIn.getByRole('button', { name: 'Add person' }).click()
  await expect(signedIn.getByText('there is a user twice already')).toBeVisible()
})

test('a service token is shown once, works, and is revoked', async ({ signedIn, server }) => {
  await signedIn.goto(`${server.url}/settings/service-tokens`)
  await signedIn.getByLabel('Name').fill('nightly')
  await signedIn.getByLabel('Role').selectOption('viewer')
  await signedIn.getByRole('button', { name: 'Create token' }).click()
  const token = (await signedIn.getByText(/^kst_\S+$/).textContent()) ?? ''
  await callApi({ url: server.url, adminToken: token }, 'GET /devices')
  await signedIn.reload()
  await expect(signedIn.getByText(/kst_\S{9}/)).toHaveCount(0)
  const row = signedIn.getByRole('row', { name: /nightly/ })
  await expect(row).not.toContainText('never')
  await row.getByRole('button', { name: 'Revoke nightly' }).click()
  const dialog = signedIn.getByRole('dialog')
  await dialog.getByRole('textbox').fill('nightly')
  await dialog.getByRole('button', { name: 'Revoke token' }).click()
  await expect(row).toHaveCount(0)
  await expect(callApi({ url: server.url, adminToken: token }, 'GET /devices')).rejects.toThrow(
    '401',
  )
})

test('the audit trail is verified in the browser and filtered by who and what', async ({
  signedIn,
  server,
}) => {
  await signedIn.goto(`${server.url}/settings/audit`)
  await expect(signedIn.getByText(/^Chain verified: rows 1 to [\d,]+/)).toBeVisible()
  await signedIn.getByLabel('Filter by what was done').selectOption('rollout')
  await expect(signedIn.getByText(/rows verified, none changed$/)).toBeVisible()
  const rows = signedIn.getByRole('table', { name: 'Audit trail' }).locator('tbody tr')
  await expect(rows.filter({ hasText: 'rollout.create' }).first()).toBeVisible()
  await expect(rows.filter({ hasText: 'model.publish' })).toHaveCount(0)
  expect(signedIn.url()).toContain('action=rollout')
  await signedIn.getByLabel('Filter by who did it').fill('nobody at all')
  await expect(signedIn.getByText('No row fits')).toBeVisible()
})

test('the first row that somebody with the database in hand has changed is named', async ({
  page,
  emptyServer,
}) => {
  for (const name of ['one', 'two', 'three', 'four']) {
    await callApi(emptyServer, 'POST /service-tokens', { name, role: 'viewer' })
  }
  await page.goto(emptyServer.consoleLink)
  await expect(page.getByRole('heading', { level: 1, name: 'Fleet' })).toBeVisible()
  await page.goto(`${emptyServer.url}/settings/audit`)
  await page.getByRole('button', { name: 'Verify the whole trail' }).click()
  await expect(page.getByText(/^All [\d,]+ rows verified, from the first on$/)).toBeVisible()
  await expect(page.getByText(/^Chain verified/)).toBeVisible()
  const db = new Database(emptyServer.database)
  // The trail may not be changed while its guard stands; who has the database can take that away.
  const triggers = db.prepare("select name from sqlite_master where type = 'trigger'").all()
  for (const { name } of triggers as { name: string }[]) db.exec(`drop trigger "${name}"`)
  db.exec(`update audit set object = 'another' where n in (2, 4)`)
  db.close()
  await page.reload()
  await page.getByRole('button', { name: 'Verify the whole trail' }).click()
  await expect(page.getByText('Row 2 has been changed after it was written')).toHaveCount(2)
})

test('labels of a device are edited, and a device is removed after its name is typed', async ({
  signedIn,
  server,
}) => {
  await signedIn.goto(`${server.url}/?select=name%3Dgate-02`)
  await signedIn.getByRole('link', { name: 'gate-02' }).click()
  await signedIn.getByRole('button', { name: 'Edit labels' }).click()
  const dialog = signedIn.getByRole('dialog')
  await dialog.getByLabel('Labels').fill('name=gate-02, no value')
  await expect(dialog.getByText('write "no value" as name=value')).toBeVisible()
  await dialog.getByLabel('Labels').fill('name=gate-02, site=gdansk, line=z')
  await dialog.getByRole('button', { name: 'Save labels' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(signedIn.getByRole('link', { name: 'line=z' })).toBeVisible()

  await signedIn.getByRole('button', { name: 'Remove…' }).click()
  await expect(dialog.getByText('It is cut off at once')).toBeVisible()
  const remove = dialog.getByRole('button', { name: 'Remove device' })
  await dialog.getByRole('textbox').fill('gate-0')
  await expect(remove).toBeDisabled()
  await dialog.getByRole('textbox').fill('gate-02')
  await remove.click()
  await expect(signedIn.getByRole('heading', { level: 1, name: 'Fleet' })).toBeVisible()
  await expect(signedIn.getByRole('row', { name: /gate-02/ })).toHaveCount(0)
})

test('a refusal of trust is told by what it means and what can be done', async ({
  signedIn,
  server,
}) => {
  await using device = await SimulatedDevice.join(server, {
    kind: 'agent',
    secret: await enrolmentSecret(server),
    labels: { name: 'wary' },
    problems: [{ code: 'metadata-rollback', message: 'timestamp.json has version 3, had 5' }],
    behave: () => ({
      state: 'failed',
      reason: { code: 'signature-invalid', message: 'release gesture 1.0.0: no signature fits' },
    }),
  })
  const request = { model: 'gesture', version: '1.0.0', select: 'name=wary' }
  await callApi(server, 'POST /rollouts', request)
  await signedIn.goto(`${server.url}/devices/${device.id}`)
  const problems = signedIn.getByRole('list', { name: 'Problems' })
  await expect(problems).toContainText('Signed metadata is older than what was already trusted.')
  await expect(problems).toContainText('timestamp.json has version 3, had 5')
  await expect(problems).toContainText('The device keeps what it runs.')
  const slot = signedIn.getByRole('row', { name: /^gesture nothing/ })
  await expect(slot).toContainText('release gesture 1.0.0: no signature fits')
  await expect(slot).toContainText('See who pushed this and with which key')
})
