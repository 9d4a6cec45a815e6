import { z } from 'zod'
import { timestampSchema } from '@kedge/shared/util/scalars'

/** A passkey as its owner sees it. */
export const passkeySchema = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: timestampSchema,
  lastUsedAt: timestampSchema.nullable(),
})
export type Passkey = z.infer<typeof passkeySchema>

const base64Url = z
  .string()
  .max(16_000)
  .regex(/^[\w-]*$/)
const idSchema = base64Url.min(1).max(1_400)
const transports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const
export type AuthenticatorTransport = (typeof transports)[number]

const credentialSchema = z.object({
  id: idSchema,
  rawId: idSchema,
  type: z.literal('public-key'),
  clientExtensionResults: z.object({}).default({}),
})

/** What `navigator.credentials.create` gives, as JSON (Web Authentication Level 3, 5.1.8). */
export const registrationResponseSchema = credentialSchema.extend({
  response: z.object({
    clientDataJSON: base64Url,
    attestationObject: base64Url,
    transports: z.array(z.enum(transports)).max(8).catch([]).optional(),
  }),
})
export type RegistrationResponse = z.infer<typeof registrationResponseSchema>

/** What `navigator.credentials.get` gives, as JSON. */
export const authenticationResponseSchema = credentialSchema.extend({
  response: z.object({
    clientDataJSON: base64Url,
    authenticatorData: base64Url,
    signature: base64Url,
    userHandle: base64Url.optional(),
  }),
})
export type AuthenticationResponse = z.infer<typeof authenticationResponseSchema>

/** What the page hands to the browser; the browser checks its fields. */
export const ceremonyOptionsSchema = z.looseObject({ challenge: z.string() })

/** The site that passkeys belong to. */
export interface PasskeySite {
  readonly id: string
  readonly origin: string
}

/** Undefined where browsers make none: they belong to a name, never to an address of numbers. */
export function passkeySiteOf(origin: string): PasskeySite | undefined {
  const { hostname, protocol } = new URL(origin)
  const isNumeric = /^[\d.]+$|^\[/.test(hostname)
  const isSecure = protocol === 'https:' || hostname === 'localhost'
  return isNumeric || !isSecure ? undefined : { id: hostname, origin }
}
