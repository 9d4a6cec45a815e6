import { UsageError } from '@kedge/shared/errors/kedge-error'
import {
  enrolmentProofOf,
  type Enrolment,
  type EnrolmentRequest,
} from '@kedge/shared/protocol/enrolment'
import { deviceIdOf, importPublicKey } from '@kedge/shared/trust/keys'
import { fromBase64, toBase64 } from '@kedge/shared/util/bytes'
import type { ServerContext } from '../context.js'
import { admit, checkBrowserLimit, sessionEnd, type EnrolmentVisit } from './admit-enrolment.js'
import { ownLabelsSchema } from './device.js'
import { hashSecret } from './enrolment-secret.js'
import type { EnrolmentTokenRecord } from './enrolment-token.js'

type Parts = Pick<
  ServerContext,
  | 'browserSessions'
  | 'brokerUrlFor'
  | 'challenges'
  | 'clock'
  | 'config'
  | 'devices'
  | 'enrolments'
  | 'events'
  | 'issuer'
  | 'log'
  | 'perDevice'
  | 'tls'
  | 'tokens'
  | 'trust'
>

/** What came of a request; `isNew` where it has changed something that lasts. */
export type EnrolmentOutcome = { readonly device: string; readonly isNew: boolean } & (
  { readonly kind: 'waiting' } | { readonly kind: 'enrolled'; readonly enrolment: Enrolment }
)

/**
 * A key becomes a device, or waits for an operator's word. The same key enrols again without effect,
 * so a device that lost the answer asks once more; a browser renews its session so.
 *
 * @throws UsageError `unauthorized` without a valid token or proof, `forbidden` when a token is spent
 *   or the key is barred, `rate-limited` when there are too many browsers
 */
export async function enrolDevice(
  parts: Parts,
  request: EnrolmentRequest,
  visit: EnrolmentVisit,
): Promise<EnrolmentOutcome> {
  const device = await checkProof(parts, request)
  const settled = await parts.perDevice.run(device, () =>
    settle(parts, { ...request, device }, visit),
  )
  if (settled.isNew) {
    parts.log.info({ device, kind: request.kind, how: settled.kind }, 'a device asked to join')
    parts.events.emit('device', device)
  }
  if (settled.kind === 'waiting') return { device, ...settled, kind: 'waiting' }
  if (settled.isNew) await parts.issuer.refreshDevice(device)
  const { sessionExpires } = settled
  const enrolment = { ...toEnrolment(parts, request, visit), device }
  return {
    device,
    kind: 'enrolled',
    isNew: settled.isNew,
    enrolment: { ...enrolment, ...(sessionExpires !== undefined && { sessionExpires }) },
  }
}

type Asked = EnrolmentRequest & { readonly device: string }

interface Settled {
  readonly kind: 'waiting' | 'enrolled'
  readonly isNew: boolean
  readonly sessionExpires?: number
}

async function settle(parts: Parts, asked: Asked, visit: EnrolmentVisit): Promise<Settled> {
  const { device, kind } = asked
  switch (await parts.enrolments.standing(device)) {
    case 'barred':
      throw new UsageError('forbidden', `${device} was revoked and may not join again`)
    case 'waiting':
      return { kind: 'waiting', isNew: false }
    case 'member': {
      if (kind === 'agent') return { kind: 'enrolled', isNew: false }
      await admit(parts, asked, visit)
      const sessionExpires = sessionEnd(parts)
      await parts.browserSessions.renew(device, sessionExpires)
      return { kind: 'enrolled', isNew: false, sessionExpires }
    }
    case 'stranger':
      return receive(parts, asked, { visit, token: await admit(parts, asked, visit) })
  }
}

interface Admission {
  readonly visit: EnrolmentVisit
  readonly token: EnrolmentTokenRecord | undefined
}

async function receive(
  parts: Parts,
  { device, kind, publicKey, labels }: Asked,
  { visit, token }: Admission,
): Promise<Settled> {
  const now = parts.clock.now()
  const given = {
    id: device,
    kind,
    publicKey,
    labels: checkLabels({ ...labels, ...token?.labels }),
  }
  if (kind === 'browser') await checkBrowserLimit(parts)
  if (token?.approve) {
    const { address } = visit
    const waits = await parts.enrolments.wait({ ...given, token: token.id, address, askedAt: now })
    if (!waits) throw spent()
    return { kind: 'waiting', isNew: true }
  }
  const session = kind === 'browser' ? { sessionExpires: sessionEnd(parts) } : {}
  const outcome = await parts.devices.enrol({ ...given, ...session, enrolledAt: now }, token?.id)
  if (outcome === 'spent') throw spent()
  return { kind: 'enrolled', isNew: outcome === 'enrolled', ...session }
}

const spent = () =>
  new UsageError('forbidden', 'every use of this enrolment token is spent; make another')

const toEnrolment = (parts: Parts, { kind }: EnrolmentRequest, { origin }: EnrolmentVisit) => ({
  fleet: parts.trust.id,
  root: toBase64(parts.trust.root),
  brokerUrl: parts.brokerUrlFor(kind, origin),
  // Pages trust whom their browser trusts; and another's broker has another's certificate.
  ...(parts.tls?.authority !== undefined &&
    kind === 'agent' &&
    parts.config.broker.kind === 'embedded' && { ca: parts.tls.authority.pem }),
})

/** The id of the device whose key signed the request. */
async function checkProof(parts: Parts, request: EnrolmentRequest): Promise<string> {
  if (!parts.challenges.redeem(request.nonce)) {
    throw new UsageError('unauthorized', 'the nonce is unknown, used or expired; ask for another')
  }
  const raw = fromBase64(request.publicKey)
  const { key } = await importPublicKey({ id: 'claimed', key: request.publicKey })
  const claim = enrolmentProofOf({
    ...request,
    tokenHash: request.secret === undefined ? '' : hashSecret(request.secret),
    challenge: { nonce: request.nonce, fleet: parts.trust.id },
  })
  const proof = fromBase64(request.proof)
  if (!(await crypto.subtle.verify('Ed25519', key, proof, claim))) {
    throw new UsageError('unauthorized', 'the proof is not signed by the key of the request')
  }
  return deviceIdOf(request.kind, raw)
}

function checkLabels(labels: EnrolmentRequest['labels']) {
  const result = ownLabelsSchema.safeParse(labels)
  if (result.success) return result.data
  throw new UsageError('usage', result.error.issues.map(({ message }) => message).join('; '))
}
