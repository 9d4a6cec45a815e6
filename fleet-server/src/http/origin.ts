import type { Context } from 'hono'
import type { ServerConfig } from '../config/config.js'

/** How the client addressed this server: `http://fleet.local:8080`. */
export function originOf(c: Context, config: Pick<ServerConfig, 'publicUrl'>): string {
  return new URL(config.publicUrl ?? c.req.url).origin
}
