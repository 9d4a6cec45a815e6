import { KedgeError } from './kedge-error.js'

/** Something around the server does not answer, or somebody else holds it. */
export class ServerError extends KedgeError<'database-failed' | 'port-taken' | 'http-failed'> {
  override name = 'ServerError'
}
