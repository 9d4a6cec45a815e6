import type { IncomingMessage } from 'node:http'
import type { ServerContext } from '../context.js'

type Parts = Pick<ServerContext, 'browserSessions' | 'clock' | 'config' | 'tls'>

/** Whether a WebSocket may be opened by whoever asks with this request. */
export type PageGate = (request: Pick<IncomingMessage, 'headers'>) => Promise<boolean>

/**
 * Lets in pages of this server, of the origins it was told to trust, and those whose backend has got
 * them a session. A browser says where its page is from (RFC 6454, section 7); a program says nothing.
 */
export const createPageGate =
  ({ browserSessions, clock, config, tls }: Parts): PageGate =>
  async ({ headers: { origin, host } }) => {
    if (origin === undefined) return true
    const own = config.publicUrl ?? `${tls ? 'https' : 'http'}://${host ?? ''}`
    if (URL.canParse(own) && new URL(own).origin === origin) return true
    if (config.browsers.origins.includes(origin)) return true
    return browserSessions.isAt(origin, clock.now())
  }
