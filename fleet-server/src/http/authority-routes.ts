import { Hono } from 'hono'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { ServerContext } from '../context.js'

/** What devices fetch before they trust this server: their token says which certificate it must be. */
export const authorityRoutes = ({ tls }: Pick<ServerContext, 'tls'>) =>
  new Hono().get('/ca.pem', (c) => {
    const { authority } = tls ?? {}
    if (authority === undefined) {
      throw new UsageError('not-found', 'this server has no certificate authority of its own')
    }
    return c.body(authority.pem, 200, { 'Content-Type': 'application/x-pem-file' })
  })
