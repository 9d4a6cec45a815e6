import { payloadTypes } from '@kedge/shared/protocol/envelope'
import type { Envelope, TrustedKey } from '@kedge/shared/trust/dsse'
import { signEnvelope, type Signer } from '@kedge/shared/trust/sign-envelope'
import { createKeyFile, importPublicKey, importSigner } from '@kedge/shared/trust/keys'
import { encodeUtf8 } from '@kedge/shared/util/bytes'

export interface Party {
  readonly signer: Signer
  readonly trusted: TrustedKey
  /** The same key under another id. */
  readonly twin: TrustedKey
}

export interface EnvelopeSubject extends AsyncDisposable {
  readonly alice: Party
  readonly bob: Party
  /** `payload`, signed by Alice. */
  readonly signed: Envelope
}

export const type = payloadTypes.desired
export const payload = encodeUtf8('{"model":"gesture"}')

export async function openEnvelopeSubject(): Promise<EnvelopeSubject> {
  const [alice, bob] = [await createParty('alice'), await createParty('bob')]
  const signed = await signEnvelope(type, payload, alice.signer)
  return { alice, bob, signed, [Symbol.asyncDispose]: () => Promise.resolve() }
}

async function createParty(name: string): Promise<Party> {
  const file = await createKeyFile(name)
  return {
    signer: await importSigner(file),
    trusted: await importPublicKey({ id: file.id, key: file.publicKey }),
    twin: await importPublicKey({ id: `${name} again`, key: file.publicKey }),
  }
}
