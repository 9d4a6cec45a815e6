import { createHash } from 'node:crypto'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { formatEnrolmentToken } from '@kedge/shared/protocol/enrolment'
import { toBase64Url, toHex } from '@kedge/shared/util/bytes'
import type { ServerContext } from '../context.js'
import { hashSecret } from './enrolment-secret.js'
import type { IssuedToken, TokenRequest } from './enrolment-token.js'

type Parts = Pick<ServerContext, 'clock' | 'config' | 'entropy' | 'tls' | 'tokens' | 'trust'>

const secretBytes = 32

/**
 * Makes a token by which devices can join; only the hash of its secret is kept. It carries the digest
 * of the certificate authority, so that whoever has it can trust this server from the first byte.
 *
 * @throws UsageError `usage` when it would live longer than this server allows
 */
export async function createEnrolmentToken(
  { clock, config, entropy, tls, tokens, trust }: Parts,
  request: TokenRequest,
  origin: string,
): Promise<IssuedToken> {
  const { longestTokenLifeS } = config
  if (request.ttlS > longestTokenLifeS) {
    throw new UsageError(
      'usage',
      `a token may live for ${longestTokenLifeS / 3_600} h at most; make one when you need it, ` +
        'or start the server with a longer --longest-token-life',
    )
  }
  const secret = toBase64Url(entropy.bytes(secretBytes))
  const createdAt = clock.now()
  const { labels, uses, approve = false, kind = 'agent' } = request
  const record = {
    id: `t-${toHex(entropy.bytes(6))}`,
    ...{ labels, uses, approve, kind, createdAt },
    expires: createdAt + request.ttlS * 1_000,
    usesLeft: uses,
  }
  await tokens.add(record, hashSecret(secret))
  const root = createHash('sha256').update(trust.root).digest('hex')
  const ca = tls?.authority?.sha256
  const token = formatEnrolmentToken({ url: origin, secret, root, ...(ca !== undefined && { ca }) })
  return { ...record, token }
}
