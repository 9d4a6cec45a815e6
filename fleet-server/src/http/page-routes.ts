import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { ServerConfig } from '../config/config.js'
import { StaticFiles } from './static-files.js'

/** The console at the root, where every unknown path is one of its rooms, and the demo page. */
export function pageRoutes({ console, demo }: ServerConfig['pages']) {
  const consoleFiles = new StaticFiles(console)
  const demoFiles = new StaticFiles(demo)
  return new Hono()
    .get('/demo/gesture', (c) => c.redirect('/demo/gesture/', 308))
    .use('/demo/gesture/*', isolate)
    .get('/demo/gesture/*', async (c) => {
      const path = c.req.path.slice('/demo/gesture/'.length) || 'index.html'
      return (await demoFiles.answer(c, path)) ?? c.notFound()
    })
    .get('/*', async (c) => {
      const { path } = c.req
      if (isOurs(path)) return c.notFound()
      const file = await consoleFiles.answer(c, path.slice(1) || 'index.html')
      if (file) return file
      // A path with an extension is a file that is missing, not a room.
      if (/\.[a-z0-9]+$/i.test(path)) return c.notFound()
      return (await consoleFiles.answer(c, 'index.html')) ?? c.notFound()
    })
}

const isOurs = (path: string) => /^\/(api|mqtt|demo)(\/|$)/.test(path)

/** WebAssembly threads share memory, which browsers allow only on an isolated page. */
const isolate = createMiddleware(async (c, next) => {
  await next()
  c.res.headers.set('Cross-Origin-Opener-Policy', 'same-origin')
  c.res.headers.set('Cross-Origin-Embedder-Policy', 'require-corp')
})
