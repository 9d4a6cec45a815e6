import { topics } from '../protocol/topics.js'
import { timeReplyCodec } from '../protocol/time.js'
import { payloadTypes } from '../protocol/envelope.js'
import { openEnvelope, type Envelope, type Quorum } from '../trust/dsse.js'
import { deferred } from '../util/deferred.js'
import { toHex } from '../util/bytes.js'
import { Ms, Seconds } from '../util/units.js'
import { withDeadline } from '../util/with-deadline.js'
import { LinkError } from '../errors/device-error.js'
import type { DeviceHost } from './ports/host.js'

const patience = Seconds(10)

/** Who asks, and whose signature makes an answer. */
export interface TimeQuestion {
  readonly device: string
  readonly fleet: string
  readonly signers: Quorum
  /** Ends the waiting for an answer. */
  readonly signal: AbortSignal
}

/**
 * Asks the fleet what time it is. The nonce makes an answer good for this question only, so that
 * nobody can replay one of yesterday. Undefined when no good answer comes.
 */
export async function askTime(host: DeviceHost, question: TimeQuestion): Promise<Ms | undefined> {
  const { link, clock, entropy, log } = host
  if (!link.online) return undefined
  const nonce = toHex(entropy.bytes(16))
  const answered = deferred<Ms>()
  const onReply = (envelope: Envelope) =>
    void readReply(envelope, nonce, question).then(answered.resolve, (error: unknown) =>
      log.warn('an answer to what time it is was not believed', { error: String(error) }),
    )
  try {
    await using _subscription = await link.subscribe(topics.time(question.device), onReply)
    await link.publish(topics.ask(question.device), { v: 1, nonce })
    const { signal } = question
    return await withDeadline(answered.promise, { clock, within: patience, signal, error: silence })
  } catch (error) {
    log.warn('nobody says what time it is', { error: String(error) })
    return undefined
  }
}

const silence = () => new LinkError('link-timeout', 'no answer came')

async function readReply(
  envelope: Envelope,
  nonce: string,
  { device, fleet, signers }: TimeQuestion,
): Promise<Ms> {
  const reply = timeReplyCodec.decode(await openEnvelope(envelope, payloadTypes.time, signers))
  if (reply.nonce !== nonce || reply.device !== device || reply.fleet !== fleet) {
    throw new LinkError('unauthorized', 'the answer is to another question')
  }
  return Ms(reply.now)
}
