import { createMiddleware } from 'hono/factory'

/** Nothing of another origin runs in our pages, and none of our pages runs inside another's. */
const policy = [
  "default-src 'self'",
  // ONNX Runtime compiles WebAssembly; without this word Chromium refuses it.
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self' ws: wss:",
  "object-src 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

export const secureHeaders = createMiddleware(async (c, next) => {
  await next()
  c.res.headers.set('X-Content-Type-Options', 'nosniff')
  // The console's address carries the token after its #, which no referrer may show either.
  c.res.headers.set('Referrer-Policy', 'no-referrer')
  c.res.headers.set('Content-Security-Policy', policy)
})
