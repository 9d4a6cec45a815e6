import { defineConfig, devices } from '@playwright/test'
import { chromiumFlags, findChromium } from '../support/chromium.mjs'

const executablePath = findChromium()
const launchOptions = {
  args: [...chromiumFlags],
  ...(executablePath !== undefined && { executablePath }),
}
const phone = { ...devices['Galaxy S9+'], viewport: { width: 360, height: 640 }, launchOptions }

export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  // Two cores serve Chromium, a fleet server and its agents.
  workers: 1,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list']],
  projects: [
    { name: 'phone', testMatch: /(web-|console).*\.spec\.ts/, use: phone },
    {
      // Chromium's own software adapter: right numbers, no speed.
      name: 'webgpu',
      testMatch: /webgpu\.spec\.ts/,
      use: {
        ...phone,
        launchOptions: {
          ...launchOptions,
          args: [
            ...chromiumFlags,
            '--enable-unsafe-webgpu',
            '--use-webgpu-adapter=swiftshader',
            '--enable-features=Vulkan',
          ],
        },
      },
    },
  ],
})
