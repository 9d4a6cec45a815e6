import {
  type PublicKeyCredentialCreationOptionsJSON,
  startRegistration,
} from '@simplewebauthn/browser'
import { answerTo, api, bodyOf } from './client.js'
import type {
  RegistrationResponse,
  ServiceTokenRequest,
  UserChange,
  UserRequest,
} from './documents.js'

export const addUser = (user: UserRequest) => bodyOf(api.users.$post({ json: user }))

export const changeUser = (id: string, change: UserChange) =>
  bodyOf(api.users[':id'].$patch({ param: { id }, json: change }))

export const removeUser = (id: string) => answerTo(api.users[':id'].$delete({ param: { id } }))

export const createServiceToken = (token: ServiceTokenRequest) =>
  bodyOf(api['service-tokens'].$post({ json: token }))

export const revokeServiceToken = (id: string) =>
  answerTo(api['service-tokens'][':id'].$delete({ param: { id } }))

/** Ends all other sessions of this person. */
export const changePassword = (current: string, password: string) =>
  answerTo(api.session.password.$post({ json: { current, password } }))

/**
 * The browser makes a key that stays in it, and the server gets the public half. Both sides follow the
 * JSON of Web Authentication (Level 3, 5.1.8); only their types write it differently.
 */
export async function addPasskey(name: string): Promise<void> {
  const options = await bodyOf(api.passkeys.register.options.$post())
  const optionsJSON = options as unknown as PublicKeyCredentialCreationOptionsJSON
  const response = (await startRegistration({ optionsJSON })) as RegistrationResponse
  await answerTo(api.passkeys.register.verify.$post({ json: { name, response } }))
}

export const removePasskey = (id: string) =>
  answerTo(api.passkeys[':id'].$delete({ param: { id } }))
