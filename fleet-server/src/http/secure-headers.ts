import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { secureHeaders as honoSecureHeaders } from 'hono/secure-headers'
import type { ServerConfig } from '../config/config.js'

/**
 * Nothing of another origin runs in our pages, nothing runs that stands in the page itself, and none
 * of our pages runs inside another's.
 */
export function secureHeaders({ publicUrl }: Pick<ServerConfig, 'publicUrl'>): MiddlewareHandler {
  const headers = honoSecureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      // ONNX Runtime compiles WebAssembly; without this word Chromium refuses it.
      scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
      workerSrc: ["'self'", 'blob:'],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      connectSrc: ["'self'", ...ownSocket(publicUrl)],
      objectSrc: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
    // The console's address may carry a code after its #, which no referrer may show either.
    referrerPolicy: 'no-referrer',
    xFrameOptions: 'DENY',
    // Browsers keep this for the whole host: only a proxy with a name of its own may promise it.
    strictTransportSecurity: publicUrl?.startsWith('https:') ? 'max-age=31536000' : false,
    permissionsPolicy: { camera: [], microphone: [], geolocation: [], payment: [], usb: [] },
  })
  return createMiddleware(async (c, next) => {
    await headers(c, next)
    if (c.req.path.startsWith('/api/')) c.res.headers.set('Cache-Control', 'no-store')
  })
}

/** Devices in pages connect to the public address, by whichever address the page was opened. */
const ownSocket = (publicUrl: string | undefined): string[] =>
  publicUrl === undefined ? [] : [new URL(publicUrl).origin.replace(/^http/, 'ws')]
