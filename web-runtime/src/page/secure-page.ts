import { UsageError } from '@kedge/shared/errors/kedge-error'

/**
 * Signatures and digests need WebCrypto, which browsers give to secure pages only: https, or http on
 * this very machine. There is no mode without them.
 *
 * @throws UsageError `usage`
 */
export function requireSecurePage(): void {
  const page = globalThis as { isSecureContext?: boolean; crypto?: { subtle?: unknown } }
  if (page.isSecureContext === true && page.crypto?.subtle !== undefined) return
  throw new UsageError(
    'usage',
    `Kedge cannot verify models on ${location.origin}: browsers allow cryptography on https pages ` +
      'and on localhost only. Serve the page over https.',
  )
}
