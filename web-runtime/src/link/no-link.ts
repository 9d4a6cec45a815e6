import type { Link } from '@kedge/shared/device/ports/link'
import { LinkError } from '@kedge/shared/errors/device-error'

/** The link of a tab that leaves the connection to another one: always offline. */
export const noLink: Link = {
  online: false,
  malformed: 0,
  malformedCode: 'document-invalid',
  publish: () =>
    Promise.reject(new LinkError('link-offline', 'another tab of this page holds the connection')),
  subscribe: () => Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() }),
  onOnline: () => () => undefined,
  [Symbol.asyncDispose]: () => Promise.resolve(),
}
