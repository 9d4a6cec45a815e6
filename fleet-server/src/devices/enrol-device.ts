import { InvariantError, UsageError } from '@kedge/shared/errors/kedge-error'
import {
  enrolmentProofOf,
  renewalProofOf,
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
  | 'brokerAuthority'
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
  const device = await checkProofs(parts, request)
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
      throw barred(device)
    case 'waiting':
      return { kind: 'waiting', isNew: false }
    case 'member':
      if (kind === 'agent') return { kind: 'enrolled', isNew: false }
      await admit(parts, asked, visit)
      return { kind: 'enrolled', isNew: false, sessionExpires: await goOn(parts, asked, visit) }
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
  await visit.announce(device, token?.approve ? 'waiting' : 'enrolled')
  if (token?.approve) {
    const { address } = visit
    const waits = await parts.enrolments.wait({ ...given, token: token.id, address, askedAt: now })
    if (!waits) throw spent()
    return { kind: 'waiting', isNew: true }
  }
  const session = kind === 'browser' ? { sessionExpires: sessionEnd(parts) } : {}
  const outcome = await parts.devices.enrol({ ...given, ...session, enrolledAt: now }, token?.id)
  if (outcome === 'spent') throw spent()
  if (session.sessionExpires !== undefined) {
    const { sessionExpires: expires } = session
    await parts.browserSessions.begin(device, { expires, origin: visit.page ?? null })
  }
  return { kind: 'enrolled', isNew: outcome === 'enrolled', ...session }
}

/** The end of a browser's session: of the next one where its key is new, else of the one it has. */
async function goOn(parts: Parts, { device, publicKey }: Asked, visit: EnrolmentVisit) {
  const { browserSessions, enrolments } = parts
  const credential = await enrolments.credential(device)
  if (credential === undefined) throw new InvariantError(`${device} is a member without a key`)
  const next = { publicKey, expires: sessionEnd(parts), origin: visit.page ?? null }
  if (credential.publicKey !== publicKey) await browserSessions.renew(device, next)
  // Since an operator has approved it nobody has asked; its first session begins now.
  else if (credential.sessionExpires === credential.enrolledAt) {
    await browserSessions.begin(device, next)
  } else return credential.sessionExpires ?? next.expires
  return next.expires
}

const barred = (device: string) =>
  new UsageError('forbidden', `${device} was revoked and may not join again`)

const spent = () =>
  new UsageError('forbidden', 'every use of this enrolment token is spent; make another')

function toEnrolment(
  { brokerAuthority, brokerUrlFor, config, tls, trust }: Parts,
  { kind }: EnrolmentRequest,
  { origin }: EnrolmentVisit,
) {
  const isOurs = config.broker.kind === 'embedded'
  const ca = isOurs ? tls?.authority?.pem : brokerAuthority
  return {
    fleet: trust.id,
    root: toBase64(trust.root),
    brokerUrl: brokerUrlFor(kind, origin),
    // Pages trust whom their browser trusts.
    ...(kind === 'agent' && ca !== undefined && { ca }),
  }
}

/** Who asks: the device whose key has signed, or the browser that goes on under that key. */
async function checkProofs(parts: Parts, request: EnrolmentRequest): Promise<string> {
  if (!parts.challenges.redeem(request.nonce)) {
    throw new UsageError('unauthorized', 'the nonce is unknown, used or expired; ask for another')
  }
  const { kind, publicKey, proof, renews } = request
  const challenge = { nonce: request.nonce, fleet: parts.trust.id }
  const tokenHash = request.secret === undefined ? '' : hashSecret(request.secret)
  const claim = enrolmentProofOf({ kind, publicKey, tokenHash, challenge })
  if (!(await isSigned(claim, { publicKey, proof }))) {
    throw new UsageError('unauthorized', 'the proof is not signed by the key of the request')
  }
  const known = renews && kind === 'browser' && (await parts.enrolments.credential(renews.device))
  if (!renews || !known) {
    const isBarred = renews && (await parts.enrolments.standing(renews.device)) === 'barred'
    if (isBarred) throw barred(renews.device)
    // A browser that has been forgotten is a new one.
    return deviceIdOf(kind, fromBase64(publicKey))
  }
  const { device } = renews
  const renewal = renewalProofOf({ device, publicKey, challenge })
  // The second asks again because it has not heard the answer.
  const isKnown =
    (await isSigned(renewal, { publicKey: known.publicKey, proof: renews.proof })) ||
    known.publicKey === publicKey
  if (isKnown) return device
  throw new UsageError('unauthorized', `the key of ${device} has not signed for the new one`)
}

async function isSigned(
  claim: Uint8Array<ArrayBuffer>,
  { publicKey, proof }: Pick<EnrolmentRequest, 'publicKey' | 'proof'>,
): Promise<boolean> {
  const { key } = await importPublicKey({ id: 'claimed', key: publicKey })
  return crypto.subtle.verify('Ed25519', key, fromBase64(proof), claim)
}

function checkLabels(labels: EnrolmentRequest['labels']) {
  const result = ownLabelsSchema.safeParse(labels)
  if (result.success) return result.data
  throw new UsageError('usage', result.error.issues.map(({ message }) => message).join('; '))
}
