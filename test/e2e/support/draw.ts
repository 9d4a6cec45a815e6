import type { Page } from '@playwright/test'

type Corner = readonly [x: number, y: number]

const around = (turns: readonly number[]): Corner[] =>
  turns.map((turn) => [Math.cos(Math.PI * turn), Math.sin(Math.PI * turn)])

/** Corners of shapes as most people draw them, in the unit circle with y downwards. */
export const shapes = {
  star: around([0.7, 1.5, 0.3, 1.1, 1.9, 0.7]),
  circle: around(Array.from({ length: 33 }, (_, i) => i / 16)),
  triangle: [
    [0, -1],
    [1, 0.8],
    [-1, 0.8],
    [0, -1],
  ],
  check: [
    [-1, 0.1],
    [-0.4, 0.8],
    [1, -0.9],
  ],
} as const satisfies Record<string, readonly Corner[]>

/** Draws on the pad with the mouse. */
export async function drawByMouse(page: Page, corners: readonly Corner[]): Promise<void> {
  const [first, ...others] = await place(page, corners)
  await page.mouse.move(...first!)
  await page.mouse.down()
  for (const corner of others) await page.mouse.move(...corner, { steps: 8 })
  await page.mouse.up()
}

/** Draws on the pad with a finger. */
export async function drawByTouch(page: Page, corners: readonly Corner[]): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  const touch = (type: 'touchStart' | 'touchMove', [x, y]: Corner) =>
    devtools.send('Input.dispatchTouchEvent', { type, touchPoints: [{ x, y }] })
  const points = await place(page, corners)
  await touch('touchStart', points[0]!)
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1]!, points[i]!]
    for (let step = 1; step <= 8; step++) {
      const share = step / 8
      const between = (axis: 0 | 1) => from[axis] + (to[axis] - from[axis]) * share
      await touch('touchMove', [between(0), between(1)])
    }
  }
  await devtools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}

async function place(page: Page, corners: readonly Corner[]): Promise<Corner[]> {
  const box = (await page.locator('#ink').boundingBox())!
  const radius = 0.36 * Math.min(box.width, box.height)
  return corners.map(([x, y]) => [
    box.x + box.width / 2 + radius * x,
    box.y + box.height / 2 + radius * y,
  ])
}
