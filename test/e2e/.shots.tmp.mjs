import { chromium } from '@playwright/test'
const base = 'http://127.0.0.1:18480',
  token = 'console-admin-token-0123456789'
const H = { authorization: `Bearer ${token}` }
const get = async (p) => (await fetch(base + '/api/v1' + p, { headers: H })).json()
const devices = (await get('/devices')).items
const rollouts = (await get('/rollouts')).items
const id = (n) => devices.find((d) => d.labels.name === n)?.id
const pages = {
  fleet: '/',
  filtered: '/?select=site%3Dberlin',
  nomatch: '/?select=site%3Doslo',
  device: `/devices/${id('oven-01')}`,
  browser: `/devices/${id('tablet-01')}`,
  models: '/models',
  model: '/models/load-forecaster',
  gesture: '/models/gesture',
  rollouts: '/rollouts',
  rollout: `/rollouts/${rollouts.find((r) => r.model === 'load-forecaster' && r.version === '1.1.0')?.id}`,
  new: '/rollouts/new?model=load-forecaster&version=1.1.0&select=site%3Dbonn',
  settings: '/settings',
  lost: '/nowhere',
}
const only = process.argv[2]?.split(',')
const views = process.argv[3]?.split(',') ?? [
  'desktop-light',
  'desktop-dark',
  'phone-light',
  'phone-dark',
]
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ],
})
for (const view of views) {
  const [size, scheme] = view.split('-')
  const ctx = await browser.newContext({
    viewport: size === 'phone' ? { width: 360, height: 740 } : { width: 1440, height: 900 },
    colorScheme: scheme,
    deviceScaleFactor: size === 'phone' ? 2 : 1,
  })
  const page = await ctx.newPage()
  page.on('console', (m) => {
    if (['error', 'warning'].includes(m.type())) console.log(view, m.text().slice(0, 300))
  })
  page.on('pageerror', (e) => console.log(view, 'PAGEERROR', e.message.slice(0, 400)))
  await page.goto(`${base}/#token=${token}`)
  for (const [name, path] of Object.entries(pages)) {
    if (only && only[0] !== 'all' && !only.includes(name)) continue
    await page.goto(base + path)
    await page.waitForTimeout(1200)
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (wide > 0) console.log(view, name, 'scrolls sideways by', wide)
    await page.screenshot({ path: `/tmp/kc/shots/${name}-${view}.png`, fullPage: size === 'phone' })
  }
  await ctx.close()
}
await browser.close()
