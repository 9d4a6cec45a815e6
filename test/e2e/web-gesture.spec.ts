import { expect, test as base, type Page } from '@playwright/test'
import { callApi } from '../support/admin-api.js'
import { drawByMouse, drawByTouch, shapes } from './support/draw.js'
import { Fleet } from './support/fleet.js'
import { gestureModel, publishGestures } from './support/gesture-model.js'

/** One server with the demo model rolled out, for all tests of this file. */
const test = base.extend<{ demo: Page }, { fleet: Fleet }>({
  fleet: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      await using fleet = await Fleet.start()
      await publishGestures(fleet, await gestureModel(), '1.0.0')
      await fleet.rollOut('gesture-recogniser', '1.0.0')
      await use(fleet)
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  demo: async ({ page, fleet }, use) => {
    await page.goto(`${fleet.url}/demo/gesture/`)
    await ready(page)
    await use(page)
  },
})

const ready = (page: Page) => expect(page.locator('#pad')).toHaveAttribute('data-ready', 'true')
const says = (page: Page) => page.locator('#says .name')

test.describe('the gesture page', () => {
  test('names what a finger draws', async ({ demo: page }) => {
    for (const name of ['star', 'circle', 'check'] as const) {
      await drawByTouch(page, shapes[name])
      await expect(says(page)).toHaveText(new RegExp(name, 'i'))
    }
  })

  test('names what a mouse draws', async ({ demo: page }) => {
    await drawByMouse(page, shapes.triangle)
    await expect(says(page)).toHaveText('Triangle')
    await expect(page.locator('#ranking li')).toHaveCount(2)
  })

  test('shows version, engine, latency, size and connection', async ({ demo: page }) => {
    await drawByTouch(page, shapes.star)
    const facts = page.locator('#facts')
    await expect(facts).toContainText('1.0.0')
    await expect(facts).toContainText('WebAssembly')
    await expect(facts).toContainText(/(< )?\d+\.\d ms/)
    await expect(facts).toContainText(/KiB/)
    await expect(page.locator('#link')).toHaveText('Connected')
  })

  test('can be used with a keyboard alone', async ({ demo: page }) => {
    await page.locator('#example').focus()
    await page.keyboard.press('Enter')
    await expect(says(page)).not.toBeEmpty()
    await page.keyboard.press('3')
    await expect(page.locator('#thanks')).toHaveText('Thank you. Noted as triangle.')
  })

  test('does not take a tap for a shape', async ({ demo: page }) => {
    await page.locator('#ink').tap({ position: { x: 60, y: 60 } })
    await expect(page.locator('#says')).toContainText('That was a tap')
    await expect(page.getByRole('button', { name: 'Star' })).toBeDisabled()
  })

  test('fits a phone of 360 by 640 without scrolling', async ({ demo: page }) => {
    await drawByTouch(page, shapes.star)
    await page.getByRole('button', { name: 'Star' }).tap()
    const overflow = await page.evaluate(() => ({
      x: document.documentElement.scrollWidth - innerWidth,
      y: document.documentElement.scrollHeight - innerHeight,
    }))
    expect(overflow).toEqual({ x: 0, y: 0 })
  })

  test('keeps the model over a reload and does not fetch it again', async ({ demo: page }) => {
    let received = 0
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => (received += payload.length)),
    )
    await page.reload()
    await ready(page)
    await expect(page.locator('#link')).toHaveText('Connected')
    await drawByTouch(page, shapes.star)
    await expect(says(page)).toHaveText('Star')
    // The model alone is 46 KiB; what comes is the desired state and acknowledgements.
    expect(received).toBeLessThan(10_000)
  })

  test('brings labels to the fleet as accuracy, and no strokes', async ({ demo: page, fleet }) => {
    const sent: Buffer[] = []
    page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => sent.push(Buffer.from(payload))),
    )
    await page.reload()
    await ready(page)
    await drawByTouch(page, shapes.star)
    await page.getByRole('button', { name: 'Star' }).tap()
    await expect(page.locator('#thanks')).toHaveText('Thank you. Noted as star.')
    await expect(page.locator('#tally')).toHaveText('1 of 1 right')
    await putAway(page)
    await expect
      .poll(async () => {
        const { items } = await callApi<{ items: { labelled: number; accuracy?: number }[] }>(
          fleet.access,
          'GET /models/gesture-recogniser/stats',
        )
        return items[0]
      })
      .toMatchObject({ labelled: expect.any(Number), accuracy: 1 })
    expect(Buffer.concat(sent).length).toBeLessThan(20_000)
  })
})

/** What a browser tells a page that goes to the background: windows are counted and sent then. */
async function putAway(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  })
}
