import { Hours } from '@kedge/shared/util/units'
import type { ServerContext } from '../context.js'
import { givenCertificates } from './given-certificates.js'
import { OwnCertificates } from './own-certificates.js'
import { serverNames } from './server-names.js'
import { ServerTls } from './server-tls.js'

type Parts = Pick<ServerContext, 'clock' | 'config' | 'log'>

/** TLS as the configuration wants it; undefined for none. @throws UsageError */
export async function openServerTls({ clock, config, log }: Parts): Promise<ServerTls | undefined> {
  const { tls } = config
  if (tls.kind === 'off') return undefined
  const source =
    tls.kind === 'files'
      ? givenCertificates(tls)
      : new OwnCertificates({ folder: tls.folder, names: () => serverNames(config), clock })
  return ServerTls.open(source, log)
}

const reminder = Hours(1)

/** Says at each start, and every hour, that whoever listens to the network can read along. */
export function warnOfPlain({ config, log }: Pick<Parts, 'config' | 'log'>): Disposable {
  const isOpen = config.tls.kind === 'off' && config.tls.insecure
  const warn = () =>
    log.warn(
      { host: config.host },
      '--insecure: HTTP and MQTT are not encrypted; anybody on the network can read and change them',
    )
  if (!isOpen) return { [Symbol.dispose]: () => undefined }
  warn()
  const timer = setInterval(warn, reminder).unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
