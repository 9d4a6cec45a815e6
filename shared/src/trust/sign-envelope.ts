import { toBase64 } from '../util/bytes.js'
import { preAuthEncoding, type Envelope } from './dsse.js'

export interface Signer {
  readonly id: string
  readonly privateKey: CryptoKey
}

export async function signEnvelope(
  payloadType: string,
  payload: Uint8Array,
  signer: Signer,
): Promise<Envelope> {
  const signed = preAuthEncoding(payloadType, payload)
  const signature = await crypto.subtle.sign('Ed25519', signer.privateKey, signed)
  return {
    payloadType,
    payload: toBase64(payload),
    signatures: [{ keyid: signer.id, sig: toBase64(new Uint8Array(signature)) }],
  }
}
