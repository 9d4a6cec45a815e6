import { z } from 'zod'
import { UsageError } from '../errors/kedge-error.js'
import { decodeUtf8, encodeUtf8, fromBase64Url, toBase64Url } from '../util/bytes.js'
import {
  base64Schema,
  deviceIdSchema,
  labelsSchema,
  sha256Schema,
  timestampSchema,
} from '../util/scalars.js'

const tokenSchema = z.object({
  /** Address of the server's API. */
  url: z.url({ protocol: /^https?$/ }),
  secret: z.string().min(16).max(128),
  /** SHA-256 of the certificate authority to pin, in hexadecimal; absent where TLS is off. */
  ca: sha256Schema.optional(),
  /** SHA-256 of the root.json that the device is to begin with. */
  root: sha256Schema,
})
export type EnrolmentToken = z.infer<typeof tokenSchema>

/** 64 KiB in base64. */
const maxRootText = 87_384

const prefix = 'ket_'

/** One string that is enough to join a fleet. */
export const formatEnrolmentToken = (token: EnrolmentToken): string =>
  prefix + toBase64Url(encodeUtf8(JSON.stringify(token)))

/** @throws UsageError `usage` */
export function parseEnrolmentToken(text: string): EnrolmentToken {
  try {
    const token = text.trim()
    if (!token.startsWith(prefix)) throw new TypeError(`it does not start with ${prefix}`)
    return tokenSchema.parse(JSON.parse(decodeUtf8(fromBase64Url(token.slice(prefix.length)))))
  } catch (cause) {
    throw new UsageError(
      'usage',
      'this is not an enrolment token; copy the whole line that `kedge token create` printed',
      { cause },
    )
  }
}

export const deviceKindSchema = z.enum(['agent', 'browser'])
export type DeviceKind = z.infer<typeof deviceKindSchema>

/** What the server wants to see signed, so that nobody can send an old proof again. */
export const challengeSchema = z.object({
  nonce: z.string().min(16).max(200),
  fleet: z.string().max(80),
})
export type Challenge = z.infer<typeof challengeSchema>

/** A key asks to become a device of the fleet; `proof` shows that the sender holds it. */
export const enrolmentRequestSchema = z.object({
  kind: deviceKindSchema,
  /** Absent for a page that the server itself serves; such a page is known by its origin. */
  secret: z.string().max(128).optional(),
  publicKey: base64Schema.length(44),
  /** Of the challenge that `proof` answers. */
  nonce: challengeSchema.shape.nonce,
  proof: base64Schema.max(100),
  labels: labelsSchema,
  /**
   * A browser's next session: every session has a key of its own, and the key of the one before
   * signs for the new one, so that the browser stays the device it was.
   */
  renews: z.object({ device: deviceIdSchema, proof: base64Schema.max(100) }).optional(),
})
export type EnrolmentRequest = z.infer<typeof enrolmentRequestSchema>

export interface EnrolmentClaim extends Pick<EnrolmentRequest, 'kind' | 'publicKey'> {
  /** SHA-256 of the token's secret in hexadecimal; empty where there is none. */
  readonly tokenHash: string
  readonly challenge: Challenge
}

/** The bytes `proof` signs. */
export const enrolmentProofOf = ({ kind, publicKey, tokenHash, challenge }: EnrolmentClaim) =>
  encodeUtf8(
    `kedge/1/enrol:${kind}:${publicKey}:${tokenHash}:${challenge.nonce}:${challenge.fleet}`,
  )

export interface RenewalClaim extends Pick<EnrolmentClaim, 'publicKey' | 'challenge'> {
  readonly device: string
}

/** The bytes that the key of a browser's session signs for the key of its next one. */
export const renewalProofOf = ({ device, publicKey, challenge: { nonce, fleet } }: RenewalClaim) =>
  encodeUtf8(`kedge/1/renew:${device}:${publicKey}:${nonce}:${fleet}`)

/** What a device keeps from its enrolment: who it is, whom it trusts, where to connect. */
export const enrolmentSchema = z.object({
  device: deviceIdSchema,
  fleet: z.string().max(80),
  /** The bytes of the root.json that trust begins with, in base64. */
  root: base64Schema.max(maxRootText),
  /** `mqtts://…` for agents, `wss://…/mqtt` for browsers; without the s where TLS is off. */
  brokerUrl: z.url(),
  /** The only authority that may certify the broker, PEM; absent where any that the system knows may. */
  ca: z.string().max(20_000).optional(),
  /** Until when a browser may connect with this key; absent for agents. */
  sessionExpires: timestampSchema.optional(),
})
export type Enrolment = z.infer<typeof enrolmentSchema>

/** The answer with status 202: the device is known, and an operator has yet to agree. */
export const waitingSchema = z.object({ device: deviceIdSchema, waiting: z.literal(true) })
