import { timeReplyCodec, type TimeRequest } from '@kedge/shared/protocol/time'
import { topics } from '@kedge/shared/protocol/topics'
import { payloadTypes } from '@kedge/shared/protocol/envelope'
import { signEnvelope } from '@kedge/shared/trust/sign-envelope'
import type { ServerContext } from '../context.js'

/** Tells a device of the fleet what time it is. The nonce ties the answer to its question. */
export async function answerTime(
  { clock, devices, outbox, trust }: Pick<ServerContext, 'clock' | 'devices' | 'outbox' | 'trust'>,
  device: string,
  { nonce }: TimeRequest,
): Promise<void> {
  // Another's broker may carry what a device asks that was revoked.
  if ((await devices.publicKey(device)) === undefined) return
  const reply = { v: 1 as const, fleet: trust.id, device, nonce, now: clock.now() }
  const payload = timeReplyCodec.encode(reply)
  const envelope = await signEnvelope(payloadTypes.time, payload, trust.signer)
  await outbox.publish(topics.time(device), envelope)
}
