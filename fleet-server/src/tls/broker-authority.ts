import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { BrokerConfig } from '../config/broker-config.js'

/** As long as an enrolment may carry. */
const longest = 20_000

/**
 * The authority that has certified another's broker, as PEM: this server and its devices believe no
 * other. Undefined where every machine knows it, and for the embedded broker.
 *
 * @throws UsageError naming the flag
 */
export async function readBrokerAuthority(broker: BrokerConfig): Promise<string | undefined> {
  if (broker.kind === 'embedded' || broker.ca === undefined) return undefined
  const { ca: file } = broker
  try {
    const pem = await readFile(file, 'utf8')
    if (new X509Certificate(pem).raw.length > 0 && pem.length <= longest) return pem
  } catch (cause) {
    throw new UsageError('usage', `--broker-ca: ${file} holds no certificate in PEM form`, {
      cause,
    })
  }
  throw new UsageError('usage', `--broker-ca: ${file} is longer than ${longest} characters`)
}
