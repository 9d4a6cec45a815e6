import { KedgeError } from './kedge-error.js'

/** What the fleet server leans on did not hold: its database, its port, another server. */
export class ServerError extends KedgeError<'database-failed' | 'port-taken' | 'http-failed'> {
  override name = 'ServerError'
}
