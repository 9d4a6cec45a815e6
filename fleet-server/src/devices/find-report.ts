import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { Envelope } from '@kedge/shared/trust/dsse'
import type { ServerContext } from '../context.js'

/** The last report of a device that counted, as it was signed. @throws UsageError `not-found` */
export async function findReport(
  { reports }: Pick<ServerContext, 'reports'>,
  id: string,
): Promise<Envelope> {
  const envelope = await reports.envelope(id)
  if (envelope === undefined) throw new UsageError('not-found', `${id} has not reported yet`)
  return envelope
}
