import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { test as base, type BrowserContext, type Page } from '@playwright/test'
import { buildPages, pagesDir } from './build-pages.js'
import { Fleet } from './fleet.js'

interface FleetTest {
  /** A server of the test's own. */
  fleet: Fleet
}

/** Tests of the runtime against a real server: the rooms' page, as if that server served it. */
export const test = base.extend<FleetTest, { builtPages: string }>({
  builtPages: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      await buildPages()
      await use(pagesDir)
    },
    { scope: 'worker' },
  ],
  fleet: async ({ builtPages: _built, context }, use) => {
    await using fleet = await Fleet.start()
    await servePages(context, fleet.url)
    // A page that a test answers counts as one from the internet, which may not speak to this machine.
    await context.grantPermissions(['local-network-access'], { origin: fleet.url })
    await use(fleet)
  },
})

/** Answers requests below `/rooms/` of an origin with the built test pages. */
export async function servePages(context: BrowserContext, origin: string): Promise<void> {
  await context.route(`${origin}/rooms/**`, async (route) => {
    const name = new URL(route.request().url()).pathname.slice('/rooms/'.length) || 'index.html'
    const file = path.join(pagesDir, name)
    await route.fulfill({
      body: await readFile(file),
      contentType: types[path.extname(file)] ?? 'text/plain',
    })
  })
}

export async function openFleetPage(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/rooms/`)
  await page.waitForFunction(() => 'rooms' in window)
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
}
