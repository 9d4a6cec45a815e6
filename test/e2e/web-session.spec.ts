import { expect, type Page } from '@playwright/test'
import { callApi } from '../support/admin-api.js'
import { scalingModel } from '../contract/tiny-models.js'
import { openFleetPage, servePages, test } from './support/fleet-page.js'
import { Fleet } from './support/fleet.js'
import type {} from './pages/rooms.js'

/** In seconds; renewed when two thirds of it have passed. */
const sessionLife = 9

interface Devices {
  readonly items: readonly { readonly id: string; readonly presence: string }[]
}
const devicesOf = async ({ access }: Fleet) =>
  (await callApi<Devices>(access, 'GET /devices')).items

/** Runs that the server has been told of. */
async function countedRuns({ access }: Fleet): Promise<number> {
  const text = await (await fetch(`${access.url}/metrics`)).text()
  return Number(/^kedge_telemetry_windows_total\{outcome="stored"\} (\d+)/m.exec(text)?.[1] ?? 0)
}

async function startRuntime(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const runtime = await rooms.createRuntime()
    Object.assign(window, { runtime, model: await runtime.model('scaling') })
  })
}

/** The public half of the key that this page speaks by. */
const keyOf = (page: Page) =>
  page.evaluate(async () => {
    const keys = await rooms.deviceKeys(`kedge@${location.origin}`)
    return new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey)).join()
  })

test('a page goes on under key after key, and loses neither a run nor telemetry', async ({
  page,
  context,
  builtPages: _built,
}) => {
  test.setTimeout(120_000)
  const flags = ['--browser-session', String(sessionLife), '--telemetry-window', '1']
  await using fleet = await Fleet.start(...flags)
  await servePages(context, fleet.url)
  await context.grantPermissions(['local-network-access'], { origin: fleet.url })
  await fleet.publish(scalingModel(2), { name: 'scaling', version: '1.0.0' })
  await fleet.rollOut('scaling', '1.0.0')
  await openFleetPage(page, fleet.url)
  await startRuntime(page)
  const [device] = await devicesOf(fleet)
  const seen = new Set([await keyOf(page)])
  await page.evaluate(() => {
    const tally = { failures: [] as string[], offline: 0, ended: false }
    Object.assign(window, { tally })
    runtime.on('state', ({ online }) => (tally.offline += online ? 0 : 1))
    void (async () => {
      const x = { dtype: 'float32' as const, shape: [1, 2], data: Float32Array.of(1, 1) }
      while (!tally.ended) {
        await model.run({ x }).catch((error: unknown) => tally.failures.push(String(error)))
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    })()
  })
  const counted = await countedRuns(fleet)
  await expect
    .poll(async () => seen.add(await keyOf(page)).size, { timeout: 60_000 })
    .toBeGreaterThanOrEqual(4)
  expect(await page.evaluate(() => ({ ...tally, online: runtime.state.online }))).toMatchObject({
    failures: [],
    offline: 0,
    online: true,
  })
  // Windows of a second each went on arriving through all of it.
  expect((await countedRuns(fleet)) - counted).toBeGreaterThan(sessionLife)
  expect(await devicesOf(fleet)).toMatchObject([{ id: device!.id, presence: 'online' }])

  const before = await keyOf(page)
  await openFleetPage(page, fleet.url)
  expect(await keyOf(page)).toBe(before)
  await startRuntime(page)
  expect(await devicesOf(fleet)).toHaveLength(1)
})

test('a page that was away for longer than its session is the same device under another key', async ({
  page,
  context,
  builtPages: _built,
}) => {
  await using fleet = await Fleet.start('--browser-session', '2')
  await servePages(context, fleet.url)
  await context.grantPermissions(['local-network-access'], { origin: fleet.url })
  await fleet.publish(scalingModel(2), { name: 'scaling', version: '1.0.0' })
  await fleet.rollOut('scaling', '1.0.0')
  await openFleetPage(page, fleet.url)
  await startRuntime(page)
  const before = await keyOf(page)
  await page.evaluate(() => runtime.close())
  await page.waitForTimeout(2_500)
  await openFleetPage(page, fleet.url)
  await startRuntime(page)
  await expect.poll(() => page.evaluate(() => runtime.state.online)).toBe(true)
  expect(await keyOf(page)).not.toBe(before)
  expect(await devicesOf(fleet)).toHaveLength(1)
})

declare global {
  const tally: { failures: string[]; offline: number; ended: boolean }
}
