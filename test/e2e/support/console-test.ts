import { test as base, expect, type Page } from '@playwright/test'
import axe from 'axe-core'
import { seedConsole, type SeededFleet } from '../../support/seed-console.js'
import { ServerProcess } from './fleet-server.js'

interface ConsoleWorker {
  /** A server with nothing in it. */
  emptyServer: ServerProcess
  /** A server with devices, models and rollouts in many states. */
  server: ServerProcess
  fleet: SeededFleet
}

/** Tests that look at the console of a real server. */
export const test = base.extend<{ signedIn: Page }, ConsoleWorker>({
  emptyServer: [
    // Playwright reads the parameter's pattern; a server depends on no other fixture.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      await using server = await ServerProcess.start()
      await use(server)
    },
    { scope: 'worker' },
  ],
  server: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      await using server = await ServerProcess.start()
      await use(server)
    },
    { scope: 'worker' },
  ],
  fleet: [
    async ({ server }, use) => {
      await using fleet = await seedConsole(server)
      await use(fleet)
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  signedIn: async ({ page, server, fleet }, use) => {
    expect(fleet.devices.size).toBeGreaterThan(0)
    await page.goto(server.consoleLink)
    await expect(page.getByRole('heading', { name: 'Fleet' })).toBeVisible()
    await use(page)
  },
})

/** Lines of what axe finds wrong on the page; empty when nothing is. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // A script tag would be refused by the page's own content security policy.
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => (globalThis as unknown as AxeWindow).axe.run())
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id}: ${help} at ${target.join(' ')}`),
  )
}

interface AxeWindow {
  readonly axe: typeof axe
}
