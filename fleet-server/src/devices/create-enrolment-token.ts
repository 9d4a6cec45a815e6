import { createHash } from 'node:crypto'
import { formatEnrolmentToken } from '@kedge/shared/protocol/enrolment'
import { toBase64Url, toHex } from '@kedge/shared/util/bytes'
import type { ServerContext } from '../context.js'
import { hashSecret } from './enrol-device.js'
import type { IssuedToken, TokenRequest } from './enrolment-token.js'

type Parts = Pick<ServerContext, 'clock' | 'entropy' | 'tokens' | 'trust'>

const secretBytes = 32

/** Makes a token by which devices can join; only the hash of its secret is kept. */
export async function createEnrolmentToken(
  { clock, entropy, tokens, trust }: Parts,
  request: TokenRequest,
  origin: string,
): Promise<IssuedToken> {
  const secret = toBase64Url(entropy.bytes(secretBytes))
  const createdAt = clock.now()
  const record = {
    id: `t-${toHex(entropy.bytes(6))}`,
    labels: request.labels,
    createdAt,
    expires: createdAt + request.ttlS * 1_000,
    uses: request.uses,
    usesLeft: request.uses,
  }
  await tokens.add(record, hashSecret(secret))
  const root = createHash('sha256').update(trust.root).digest('hex')
  return { ...record, token: formatEnrolmentToken({ url: origin, secret, root }) }
}
