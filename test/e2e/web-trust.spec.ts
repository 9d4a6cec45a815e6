import { expect } from '@playwright/test'
import { envelopeCases, envelopeContract } from '../contract/envelope.suite.js'
import { tufClientCases, tufClientContract } from '../contract/tuf-client.suite.js'
import { test } from './support/rooms-test.js'
import type {} from './pages/rooms.js'

interface Promised {
  readonly port: string
  readonly groups: Readonly<Record<string, readonly { readonly name: string }[]>>
}

const implementations: Readonly<Record<'TrustedRepository' | 'DSSE', Promised>> = {
  TrustedRepository: { port: tufClientContract.port, groups: tufClientCases },
  DSSE: { port: envelopeContract.port, groups: envelopeCases },
}

// A page for each group: the cases are many, and share nothing but the page.
for (const [implementation, { port, groups }] of Object.entries(implementations)) {
  test.describe(`${implementation} as ${port}`, () => {
    for (const [group, cases] of Object.entries(groups)) {
      test(`keeps all ${cases.length} promises about ${group}`, async ({ roomsPage: page }) => {
        const broken = await page.evaluate(
          async ({ implementation, names }) => {
            const failures: string[] = []
            for (const name of names) {
              await rooms.contracts[implementation](name).catch((error: unknown) =>
                failures.push(`${name}: ${String(error)}`),
              )
            }
            return failures
          },
          {
            implementation: implementation as keyof typeof implementations,
            names: cases.map(({ name }) => name),
          },
        )
        expect(broken).toEqual([])
      })
    }
  })
}
