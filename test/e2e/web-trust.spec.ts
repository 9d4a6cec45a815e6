import { expect } from '@playwright/test'
import { tufClientCases, tufClientContract } from '../contract/tuf-client.suite.js'
import { test } from './support/rooms-test.js'
import type {} from './pages/rooms.js'

// A page for each group: the cases are many, and share nothing but the page.
test.describe(`TrustedRepository as ${tufClientContract.port}`, () => {
  for (const [group, cases] of Object.entries(tufClientCases)) {
    test(`keeps all ${cases.length} promises about ${group}`, async ({ roomsPage: page }) => {
      const broken = await page.evaluate(
        async (names) => {
          const failures: string[] = []
          for (const name of names) {
            await rooms.contracts
              .TrustedRepository(name)
              .catch((error: unknown) => failures.push(`${name}: ${String(error)}`))
          }
          return failures
        },
        cases.map(({ name }) => name),
      )
      expect(broken).toEqual([])
    })
  }
})
