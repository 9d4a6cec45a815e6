import type { IncomingMessage } from 'node:http'
import { DocumentError } from '@kedge/shared/errors/document-error'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { formatBytes, MiB } from '@kedge/shared/util/units'

const maxBodyBytes = MiB(64)

/** @throws DocumentError `document-invalid`; UsageError `too-large` */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > maxBodyBytes) {
      throw new UsageError('too-large', `the body is larger than ${formatBytes(maxBodyBytes)}`)
    }
    parts.push(part)
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown
  } catch (cause) {
    throw new DocumentError('document-invalid', `the body is not JSON: ${String(cause)}`, { cause })
  }
}

const loopback = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i

/**
 * A page on the web can make a browser on this machine send requests here, under a host name that
 * resolves to loopback or across origins. Such requests bear its names.
 *
 * @throws UsageError `forbidden`
 */
export function checkLocal({ headers }: IncomingMessage): void {
  const origin = headers.origin === undefined ? undefined : hostOf(headers.origin)
  for (const host of [headers.host ?? '', origin]) {
    if (host !== undefined && !loopback.test(host)) {
      throw new UsageError('forbidden', `this is a local interface; ${host} may not use it`)
    }
  }
}

const hostOf = (origin: string): string => (URL.canParse(origin) ? new URL(origin).host : origin)
