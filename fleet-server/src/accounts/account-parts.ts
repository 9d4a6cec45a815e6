import type { ServerContext } from '../context.js'

/** What business with people and programs works with. */
export type AccountParts = Pick<ServerContext, 'accounts' | 'clock' | 'entropy' | 'log'>
