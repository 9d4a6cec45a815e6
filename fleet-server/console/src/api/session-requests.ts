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

export async function signInByPasskey(): Promise<void> {
  const response = await touchPasskey(bodyOf(api.passkeys.login.options.$post()))
  await answerTo(api.passkeys.login.verify.$post({ json: { response } }))
}

/** The browser asks its person which passkey, and for a touch. */
async function touchPasskey(asked: Promise<unknown>): Promise<AuthenticationResponse> {
  const optionsJSON = (await asked) as PublicKeyCredentialRequestOptionsJSON
  return (await startAuthentication({ optionsJSON })) as AuthenticationResponse
}

/** Password or token once more, before what can do much harm. */
export const proveBy = (proof: { password: string } | { token: string }) =>
  bodyOf(api.session['step-up'].$post({ json: proof }))

/** The same by a passkey. */
export async function proveByPasskey() {
  const response = await touchPasskey(bodyOf(api.session['step-up'].options.$post()))
  return bodyOf(api.session['step-up'].$post({ json: { response } }))
}

/** The first person of a new server; the code is that of the link the server has printed. */
export const setUp = (code: string, name: string, password: string) =>
  answerTo(api.setup.$post({ json: { code, name, password } }))

export const leave = () => answerTo(api.session.$delete())
