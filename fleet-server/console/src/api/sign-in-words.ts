import { ApiError } from './problem.js'

type Way = 'password' | 'passkey' | 'register' | 'token' | 'setup' | 'again'

const refused: Record<Way, string> = {
  password: 'The name or the password is not right.',
  passkey: 'The server does not know this passkey.',
  register: 'The server has not taken the passkey. Try again.',
  token: 'The server does not know this token.',
  again: 'The server did not take this as a proof that it is you. Try again.',
  setup:
    'This link has expired or has been used. The server prints a new one each time it starts, as ' +
    'long as it has no users.',
}

// What WebAuthn calls things (W3C WebAuthn, 5.1.3 and 5.1.4), in words of who has just seen it.
const browserSays: Readonly<Record<string, string>> = {
  NotAllowedError: 'No passkey was used: the request was cancelled, or took too long.',
  SecurityError:
    'Passkeys work only where the console is opened by its host name over https, or as localhost.',
  InvalidStateError: 'This authenticator has a passkey for this account already.',
  AbortError: 'The request was cancelled.',
}

const setUpAlready = 'This server has users already, so its setup link is of no use. Sign in.'

/** Why nobody was let in, for whoever stands before the door. */
export function wordsFor(error: Error, way: Way): Error {
  if (!(error instanceof ApiError)) return new Error(browserWords(error) ?? error.message)
  // The server says for how long.
  if (error.status === 429) return new Error(asSentence(error.message))
  if (way === 'setup' && error.status === 409) return new Error(setUpAlready)
  const isRefusal = error.status === 401 || error.status === 403
  return isRefusal ? new Error(refused[way]) : error
}

const asSentence = (text: string): string =>
  `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`

/** What a browser error means; undefined when it is none that WebAuthn names. */
export const browserWords = (error: Error): string | undefined => browserSays[error.name]

const refusals: Readonly<Record<string, string>> = {
  forbidden:
    'Single sign-on knows you, but nobody has given you a role here. Ask an administrator.',
  'not-found': 'Single sign-on is not set up on this server.',
  'rate-limited': 'Too many attempts. Try again in a minute.',
}

/** Why single sign-on has led back without a session, by the code that the server gives. */
export const wordsForRefusal = (code: string): string =>
  refusals[code] ?? 'Single sign-on has not let you in. Try again, or sign in another way.'
