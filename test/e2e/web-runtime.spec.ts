import { expect, type Page } from '@playwright/test'
import { reportCodec } from '@kedge/shared/protocol/report'
import { payloadTypes } from '@kedge/shared/protocol/envelope'
import { openEnvelope, type Envelope } from '@kedge/shared/trust/dsse'
import { importPublicKey } from '@kedge/shared/trust/keys'
import type { Device } from '../../fleet-server/src/devices/device.js'
import { callApi } from '../support/admin-api.js'
import { scalingModel } from '../contract/tiny-models.js'
import { openFleetPage, servePages, test } from './support/fleet-page.js'
import type { Fleet } from './support/fleet.js'
import type {} from './pages/rooms.js'

/** Publishes `y = x * factor` as a version of `scaling` and gives it to every browser. */
async function ship(fleet: Fleet, version: string, factor: number): Promise<void> {
  await fleet.publish(scalingModel(factor), { name: 'scaling', version })
  await fleet.rollOut('scaling', version)
}

/** Starts the runtime in the page, where later calls find it as `runtime` and `model`. */
async function startRuntime(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const runtime = await rooms.createRuntime({ labels: { app: 'test' } })
    Object.assign(window, { runtime })
    Object.assign(window, { model: await runtime.model('scaling') })
  })
}

/** What the model makes of one, and which version answered. */
const askForOne = (page: Page) =>
  page.evaluate(async () => {
    const x = { dtype: 'float32' as const, shape: [1, 2], data: Float32Array.of(1, 1) }
    const { outputs, version } = await model.run({ x })
    return { y: outputs['y']!.data[0], version, role: runtime.state.role }
  })

declare global {
  const runtime: Awaited<ReturnType<(typeof rooms)['createRuntime']>>
  const model: Awaited<ReturnType<(typeof runtime)['model']>>
}

test.describe('the runtime', () => {
  test('swaps versions without a failed run', async ({ page, fleet }) => {
    await ship(fleet, '1.0.0', 2)
    await openFleetPage(page, fleet.url)
    await startRuntime(page)
    const running = page.evaluate(async () => {
      const counts: Record<string, number> = {}
      const failures: string[] = []
      const x = { dtype: 'float32' as const, shape: [1, 2], data: Float32Array.of(1, 1) }
      const end = performance.now() + 30_000
      while (performance.now() < end && (counts['1.2.0'] ?? 0) < 50) {
        try {
          const { outputs, version } = await model.run({ x })
          const factor = Number(outputs['y']!.data[0])
          const right = { '1.0.0': 2, '1.1.0': 3, '1.2.0': 4 }[version]
          if (factor !== right) failures.push(`${version} answered ${factor}`)
          counts[version] = (counts[version] ?? 0) + 1
        } catch (error) {
          failures.push(String(error))
        }
      }
      return { counts, failures }
    })
    await ship(fleet, '1.1.0', 3)
    await page.waitForFunction(() => model.version.version === '1.1.0')
    await ship(fleet, '1.2.0', 4)
    const { counts, failures } = await running
    expect(failures).toEqual([])
    expect(Object.keys(counts)).toEqual(['1.0.0', '1.1.0', '1.2.0'])
  })

  test('tells of progress, versions and state', async ({ page, fleet }) => {
    await ship(fleet, '1.0.0', 2)
    await openFleetPage(page, fleet.url)
    const heard = await page.evaluate(async () => {
      const runtime = await rooms.createRuntime()
      const phases: string[] = []
      const versions: string[] = []
      runtime.on('progress', ({ phase }) => phases.push(phase))
      runtime.on('version', ({ version, engine }) => versions.push(`${version} on ${engine}`))
      await runtime.model('scaling')
      const { role, online, device } = runtime.state
      await runtime.close()
      const after = runtime.state.role
      return { phases: [...new Set(phases)], versions, role, online, device, after }
    })
    expect(heard).toMatchObject({
      versions: ['1.0.0 on wasm'],
      role: 'leading',
      online: true,
      after: 'closed',
    })
    expect(heard.device).toMatch(/^b-[0-9a-f]{20}$/)
    expect(heard.phases).toContain('downloading')
  })

  test('infers after a reload with the server gone', async ({ page, fleet }) => {
    await ship(fleet, '1.0.0', 2)
    await openFleetPage(page, fleet.url)
    await startRuntime(page)
    await fleet.stop()
    await openFleetPage(page, fleet.url)
    await startRuntime(page)
    expect(await askForOne(page)).toEqual({ y: 2, version: '1.0.0', role: 'leading' })
    expect(await page.evaluate(() => runtime.state.online)).toBe(false)
  })

  test('lets a second tab infer, which takes over when the first closes', async ({
    page,
    context,
    fleet,
  }) => {
    await ship(fleet, '1.0.0', 2)
    await openFleetPage(page, fleet.url)
    await startRuntime(page)
    const second = await context.newPage()
    await openFleetPage(second, fleet.url)
    await startRuntime(second)
    expect(await askForOne(second)).toEqual({ y: 2, version: '1.0.0', role: 'following' })

    await ship(fleet, '1.1.0', 3)
    await expect.poll(() => askForOne(second)).toMatchObject({ y: 3, role: 'following' })

    await page.close()
    await expect.poll(() => askForOne(second)).toMatchObject({ y: 3, role: 'leading' })
    await expect.poll(() => second.evaluate(() => runtime.state.online)).toBe(true)
    await ship(fleet, '1.2.0', 4)
    await expect.poll(() => askForOne(second)).toMatchObject({ y: 4, version: '1.2.0' })
    const { items } = await callApi<{ items: unknown[] }>(fleet.access, 'GET /devices')
    expect(items).toHaveLength(1)
  })

  test('joins the fleet of a server that was set up anew at the same address', async ({
    page,
    fleet,
  }) => {
    test.slow()
    await ship(fleet, '1.0.0', 2)
    await openFleetPage(page, fleet.url)
    await startRuntime(page)
    await fleet.beginAnew()
    await ship(fleet, '1.0.0', 5)
    // What the fleet before had sent is of no account; for a moment there is no model.
    const answer = () => askForOne(page).catch(() => undefined)
    await expect.poll(answer, { timeout: 90_000 }).toMatchObject({ y: 5 })
  })

  test('goes on when the server restarts', async ({ page, fleet }) => {
    test.slow()
    await ship(fleet, '1.0.0', 2)
    await openFleetPage(page, fleet.url)
    await startRuntime(page)
    await fleet.restart()
    await ship(fleet, '1.1.0', 3)
    await expect.poll(() => askForOne(page), { timeout: 60_000 }).toMatchObject({ y: 3 })
  })

  test('reports under a signature that anybody can check', async ({ page, fleet }) => {
    await ship(fleet, '1.0.0', 2)
    await openFleetPage(page, fleet.url)
    await startRuntime(page)
    const id = await page.evaluate(() => runtime.state.device ?? '')
    const find = () => callApi<Device>(fleet.access, `GET /devices/${id}`)
    const state = async () => (await find()).reported?.slots['scaling']?.deployment?.state
    await expect.poll(state).toBe('active')
    const report = await callApi<Envelope>(fleet.access, `GET /devices/${id}/report`)
    const trusted = [await importPublicKey({ id, key: (await find()).publicKey })]
    const payload = await openEnvelope(report, payloadTypes.report, trusted)
    expect(reportCodec.decode(payload)).toMatchObject({ device: id, slots: { scaling: {} } })
  })

  test('refuses a page without cryptography, with the reason', async ({ page, context }) => {
    const origin = 'http://fleet.lan'
    await servePages(context, origin)
    await openFleetPage(page, origin)
    const error = await page.evaluate(() =>
      rooms.createRuntime().then(
        () => 'it started',
        ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
      ),
    )
    expect(error).toContain('usage: Kedge cannot verify models on http://fleet.lan')
    expect(error).toContain('https')
  })
})
