import { test as base, type Page } from '@playwright/test'
import { buildPages, pagesDir } from './build-pages.js'
import { startStaticServer, type StaticServer } from './static-server.js'

interface RoomsWorker {
  roomsServer: StaticServer
}

/** Tests that act inside a page where the rooms of the web runtime lie open. */
export const test = base.extend<{ roomsPage: Page }, RoomsWorker>({
  roomsServer: [
    // Playwright reads the parameter's pattern; a server depends on no other fixture.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      await buildPages()
      await using server = await startStaticServer(pagesDir)
      await use(server)
    },
    { scope: 'worker' },
  ],
  roomsPage: async ({ page, roomsServer }, use) => {
    await openRooms(page, roomsServer)
    await use(page)
  },
})

/** Opens the page and waits until `window.rooms` is there. */
export async function openRooms(page: Page, server: StaticServer): Promise<void> {
  await page.goto(`${server.origin}/`)
  await page.waitForFunction(() => 'rooms' in window)
}
