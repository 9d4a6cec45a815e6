import type { Context } from 'hono'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { passkeySiteOf, type PasskeySite } from '../accounts/passkey.js'
import type { ServerContext } from '../context.js'
import { originOf } from './origin.js'

/** The site that passkeys belong to which are made or shown here. @throws UsageError `usage` */
export function siteOf(c: Context, { config }: Pick<ServerContext, 'config'>): PasskeySite {
  const site = passkeySiteOf(originOf(c, config))
  if (site) return site
  throw new UsageError(
    'usage',
    'browsers keep passkeys for a name over HTTPS, or for http://localhost; open the console there',
  )
}
