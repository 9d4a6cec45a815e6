import type { Device } from '../../api/documents.js'

/** What agents that follow a trust root say of it; older ones say nothing. */
export interface TrustReport {
  readonly rootVersion: number | undefined
  /** What it goes by has expired: it infers on, and changes nothing before it hears anew. */
  readonly isStale: boolean
}

export function trustReport({ reported }: Device): TrustReport {
  const said: Readonly<Record<string, unknown>> = { ...reported }
  return {
    rootVersion: typeof said['rootVersion'] === 'number' ? said['rootVersion'] : undefined,
    isStale: said['stale'] === true,
  }
}
