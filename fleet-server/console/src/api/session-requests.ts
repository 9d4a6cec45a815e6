import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
} from '@simplewebauthn/browser'
import { answerTo, api, bodyOf } from './client.js'
import type { AuthenticationResponse } from './documents.js'

/** Who is signed in here, what they may do and how one can sign in; never refused. */
export const askSession = () => bodyOf(api.session.$get())

export const signInByPassword = (name: string, password: string) =>
  answerTo(api.session.$post({ json: { name, password } }))

/** The token is exchanged for a session and kept nowhere. */
export const signInByToken = (token: string) => answerTo(api.session.$post({ json: { token } }))

/** Browsers keep passkeys for a host name, on https and on this machine; never for a bare address. */
export const canUsePasskeys = (): boolean =>
  browserSupportsWebAuthn() && isSecureContext && !/^[\d.]+$|^\[/.test(location.hostname)

/** The browser asks its person which passkey, and for a touch. */
export async function signInByPasskey(): Promise<void> {
  const options = await bodyOf(api.passkeys.login.options.$post())
  const optionsJSON = options as unknown as PublicKeyCredentialRequestOptionsJSON
  const response = (await startAuthentication({ optionsJSON })) as AuthenticationResponse
  await answerTo(api.passkeys.login.verify.$post({ json: { response } }))
}

/** The first person of a new server; the code is that of the link the server has printed. */
export const setUp = (code: string, name: string, password: string) =>
  answerTo(api.setup.$post({ json: { code, name, password } }))

export const leave = () => answerTo(api.session.$delete())
