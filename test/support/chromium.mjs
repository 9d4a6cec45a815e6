import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromium } from '@playwright/test'

/** Playwright's own build first: tests are most alike where everybody runs the same one. */
const places = () => [
  process.env['KEDGE_CHROMIUM'],
  chromium.executablePath(),
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

/** The path of a Chromium on this machine; undefined when there is none. */
export function findChromium() {
  return places().find((path) => path && existsSync(path))
}

/** Finds a Chromium or installs one; returns its path. */
export function ensureChromium() {
  const existing = findChromium()
  if (existing) return existing
  for (const install of installs()) {
    console.log(`no Chromium here; trying \`${install.join(' ')}\``)
    const { status } = spawnSync(install[0], install.slice(1), { stdio: 'inherit' })
    const found = status === 0 ? findChromium() : undefined
    if (found) return found
  }
  throw new Error(
    'no Chromium could be found or installed; install one and set KEDGE_CHROMIUM to its path',
  )
}

function* installs() {
  yield ['npx', 'playwright', 'install', 'chromium']
  // Where downloads are closed, Debian's own package may still be had.
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    yield ['sh', '-c', 'apt-get update -qq && apt-get install -qq -y chromium']
  }
}

/** Without these a Chromium that is started for a test calls home, or refuses to start as root. */
export const chromiumFlags = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
]
