import { createRequire } from 'node:module'
import { Ms } from '@kedge/shared/util/units'
import { z } from 'zod'

/** No clock that shows an earlier time can be right. Moved on with every version. */
export const builtAt = (): Ms => Ms(Date.UTC(2026, 10, 1))

/** Name and version as this package's manifest gives them. */
export function agentVersion(): { readonly name: string; readonly version: string } {
  const manifest: unknown = createRequire(import.meta.url)('../../package.json')
  const { version } = z.object({ version: z.string() }).parse(manifest)
  return { name: 'kedge-agent', version }
}
