import { createHash } from 'node:crypto'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import {
  enrolmentProofOf,
  type Enrolment,
  type EnrolmentRequest,
} from '@kedge/shared/protocol/enrolment'
import { deviceIdOf, importPublicKey } from '@kedge/shared/trust/keys'
import { fromBase64, toBase64 } from '@kedge/shared/util/bytes'
import type { ServerContext } from '../context.js'
import { ownLabelsSchema } from './device.js'
import type { EnrolmentTokenRecord } from './enrolment-token.js'

type Parts = Pick<
  ServerContext,
  'brokerUrlFor' | 'clock' | 'devices' | 'events' | 'issuer' | 'log' | 'tokens' | 'trust'
>

/** How a request reached us. */
export interface EnrolmentVisit {
  /** Where the device addressed this server, such as `http://fleet.local:8080`. */
  readonly origin: string
  /** Whether it is a page that this server itself served. */
  readonly isOwnPage: boolean
}

export const hashSecret = (secret: string): string =>
  createHash('sha256').update(secret).digest('hex')

/**
 * A key becomes a device. The same key enrols again without effect, so a device that lost the answer
 * asks once more.
 *
 * @throws UsageError `unauthorized` without a valid token or proof, `forbidden` when a token is spent
 */
export async function enrolDevice(
  parts: Parts,
  request: EnrolmentRequest,
  visit: EnrolmentVisit,
): Promise<Enrolment> {
  const token = await admit(parts, request, visit)
  const id = await checkProof(request)
  const labels = checkLabels({ ...request.labels, ...token?.labels })
  const enrolledAt = parts.clock.now()
  const { kind, publicKey } = request
  const outcome = await parts.devices.enrol({ id, kind, publicKey, labels, enrolledAt }, token?.id)
  if (outcome === 'spent') {
    throw new UsageError('forbidden', 'every use of this enrolment token is spent; make another')
  }
  if (outcome === 'enrolled') {
    parts.log.info({ device: id, kind }, 'a device has enrolled')
    parts.events.emit('device', id)
  }
  await parts.issuer.refreshDevice(id)
  return {
    device: id,
    fleet: parts.trust.id,
    root: toBase64(parts.trust.root),
    brokerUrl: parts.brokerUrlFor(kind, visit.origin),
  }
}

async function admit(
  { tokens, clock }: Parts,
  request: EnrolmentRequest,
  visit: EnrolmentVisit,
): Promise<EnrolmentTokenRecord | undefined> {
  if (request.secret === undefined) {
    if (request.kind === 'browser' && visit.isOwnPage) return undefined
    throw new UsageError(
      'unauthorized',
      'an enrolment token is needed; make one with `kedge token create`',
    )
  }
  const token = await tokens.findBySecretHash(hashSecret(request.secret))
  if (token === undefined || token.expires <= clock.now()) {
    throw new UsageError(
      'unauthorized',
      'this enrolment token is unknown, revoked or expired; make one with `kedge token create`',
    )
  }
  return token
}

/** The id of the device whose key signed the request. */
async function checkProof(request: EnrolmentRequest): Promise<string> {
  const raw = fromBase64(request.publicKey)
  const { key } = await importPublicKey({ id: 'claimed', key: request.publicKey })
  const proof = fromBase64(request.proof)
  if (!(await crypto.subtle.verify('Ed25519', key, proof, enrolmentProofOf(request)))) {
    throw new UsageError('unauthorized', 'the proof is not signed by the key of the request')
  }
  return deviceIdOf(request.kind, raw)
}

function checkLabels(labels: EnrolmentRequest['labels']) {
  const result = ownLabelsSchema.safeParse(labels)
  if (result.success) return result.data
  throw new UsageError('usage', result.error.issues.map(({ message }) => message).join('; '))
}
