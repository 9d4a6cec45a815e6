import { expect, type Page } from '@playwright/test'
import Database from 'libsql'
import { accessibilityProblems, test } from './support/console-test.js'
import { ServerProcess } from './support/fleet-server.js'

test.use({ viewport: { width: 1440, height: 900 }, isMobile: false, hasTouch: false })

const owner = { name: 'mara', password: 'a long enough password' }

/** A server of its own with mara signed in. */
const proofTest = test.extend<{ fresh: ServerProcess }>({
  fresh: async ({ page }, use) => {
    await using server = await ServerProcess.start()
    await page.goto(server.setupLink)
    await page.getByLabel('Name').fill(owner.name)
    await page.getByLabel('Password').fill(owner.password)
    await page.getByRole('button', { name: 'Create my account' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Fleet' })).toBeVisible()
    await use(server)
  },
})

// A server of its own, and passwords that are hashed slowly on purpose.
proofTest.setTimeout(180_000)

/** As if every session had proved itself long ago. */
function forgetProofs(server: ServerProcess): void {
  const db = new Database(server.database)
  db.exec('update "signInSession" set "provedAt" = 0')
  db.close()
}

const addPerson = async (page: Page, name: string) => {
  await page.getByRole('link', { name: 'People' }).click()
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('First password').fill('another long password')
  await page.getByRole('button', { name: 'Add person' }).press('Enter')
}

proofTest(
  'what can do much harm waits for the password, by the keyboard alone',
  async ({ page, fresh }) => {
    await page.getByTitle('Settings (g s)').click()
    forgetProofs(fresh)
    await addPerson(page, 'ola')
    const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' })
    await expect(dialog.getByLabel('Your password')).toBeFocused()
    expect(await accessibilityProblems(page)).toEqual([])
    await page.keyboard.type('not the password')
    await page.keyboard.press('Enter')
    await expect(dialog.getByRole('alert')).toContainText('did not take this as a proof')
    await dialog.getByLabel('Your password').fill(owner.password)
    await page.keyboard.press('Enter')
    await expect(dialog).toHaveCount(0)
    const row = page.getByRole('row', { name: /ola/ })
    await expect(row).toBeVisible()

    // Over a dialog of its own, and given up: the one below stays, with the reason.
    forgetProofs(fresh)
    await row.getByRole('button', { name: 'Remove ola' }).press('Enter')
    const remove = page.getByRole('dialog', { name: 'Remove ola' })
    await remove.getByRole('textbox').fill('ola')
    await page.keyboard.press('Enter')
    await expect(dialog.getByLabel('Your password')).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(dialog).toHaveCount(0)
    await expect(remove.getByRole('alert')).toContainText('Nothing was changed')
    await expect(row).toHaveCount(1)
  },
)
