import { createRequire } from 'node:module'
import { z } from 'zod'

/** Name and version as this package's manifest gives them. */
export function agentVersion(): { readonly name: string; readonly version: string } {
  const manifest: unknown = createRequire(import.meta.url)('../../package.json')
  const { version } = z.object({ version: z.string() }).parse(manifest)
  return { name: 'kedge-agent', version }
}
