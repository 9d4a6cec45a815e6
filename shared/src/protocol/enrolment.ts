import { z } from 'zod'
import { UsageError } from '../errors/kedge-error.js'
import { decodeUtf8, encodeUtf8, fromBase64Url, toBase64Url } from '../util/bytes.js'
import { base64Schema, deviceIdSchema, labelsSchema, sha256Schema } from '../util/scalars.js'

const tokenSchema = z.object({
  /** Address of the server's API. */
  url: z.url({ protocol: /^https?$/ }),
  secret: z.string().min(16).max(128),
  /** SHA-256 of the certificate authority to pin; absent where TLS is off. */
  ca: z.string().optional(),
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

/** A key asks to become a device of the fleet; `proof` shows that the sender holds it. */
export const enrolmentRequestSchema = z.object({
  kind: deviceKindSchema,
  /** Absent for a page that the server itself serves; such a page is known by its origin. */
  secret: z.string().max(128).optional(),
  publicKey: base64Schema.length(44),
  proof: base64Schema.max(100),
  labels: labelsSchema,
})
export type EnrolmentRequest = z.infer<typeof enrolmentRequestSchema>

/** The bytes `proof` signs. */
export const enrolmentProofOf = (
  request: Pick<EnrolmentRequest, 'kind' | 'secret' | 'publicKey'>,
) => encodeUtf8(`kedge/1/enrol:${request.kind}:${request.publicKey}:${request.secret ?? ''}`)

/** What a device keeps from its enrolment: who it is, whom it trusts, where to connect. */
export const enrolmentSchema = z.object({
  device: deviceIdSchema,
  fleet: z.string().max(80),
  /** The bytes of the root.json that trust begins with, in base64. */
  root: base64Schema.max(maxRootText),
  /** `mqtt://…` for agents, `ws://…/mqtt` for browsers. */
  brokerUrl: z.url(),
})
export type Enrolment = z.infer<typeof enrolmentSchema>
