import { ApiError } from './problem.js'
import { answerProof } from './proof-question.js'
import { keepSetupCode } from './setup-code.js'
import { askSession, leave, signInByToken } from './session-requests.js'
import { become, currentStanding } from './session.js'
import { wordsFor, wordsForRefusal } from './sign-in-words.js'

/** What a link has brought behind its #, where no server and no log sees it. */
interface Brought {
  readonly token: string | null
  readonly setup: string | null
  /** The code of the error by which single sign-on has failed. */
  readonly refused: string | null
}

/**
 * Takes what a link brought (`#token=…`, `#setup=…`), clears the address and the history of it, and
 * finds out who is signed in.
 */
export async function enter(): Promise<void> {
  // Consoles of old kept their token here.
  localStorage.removeItem('kedge.token')
  const { token, setup, refused } = takeFromAddress()
  if (setup !== null) keepSetupCode(setup)
  if (token === null) await refreshSession(refused === null ? undefined : wordsForRefusal(refused))
  else await enterBy(() => signInByToken(token)).catch((error: unknown) => refuse(error))
  returnFromProvider()
}

function takeFromAddress(): Brought {
  const brought = new URLSearchParams(location.hash.slice(1))
  const take = (name: keyof Brought) => brought.get(name)
  const found = { token: take('token'), setup: take('setup'), refused: take('refused') }
  if (Object.values(found).some((one) => one !== null)) {
    history.replaceState(history.state, '', location.pathname + location.search)
  }
  return found
}

/**
 * Signs in and looks whether the browser has kept the session.
 *
 * @throws ApiError in words for the person
 */
export async function enterBy(signIn: () => Promise<unknown>): Promise<void> {
  await signIn()
  const session = await askSession()
  if (!session.signedIn) {
    throw new ApiError({
      status: 0,
      title: 'The browser has not kept the session',
      detail:
        'The browser has not kept the session. It does so over https, or when the console is ' +
        'opened as localhost.',
    })
  }
  become({ at: 'in', session })
}

const refuse = (error: unknown) =>
  refreshSession(error instanceof Error ? wordsFor(error, 'token').message : undefined)

const returnKey = 'kedge.return'

/** The provider leads back to the first page; this one is remembered for then. */
export function rememberPlace(): void {
  sessionStorage.setItem(returnKey, location.pathname + location.search)
}

function returnFromProvider(): void {
  const place = sessionStorage.getItem(returnKey)
  if (place === null || currentStanding().at !== 'in') return
  sessionStorage.removeItem(returnKey)
  const target = new URL(place, location.origin)
  const isElsewhere = target.pathname + target.search !== location.pathname + location.search
  // Only a path of this console, whoever has written there.
  if (target.origin === location.origin && isElsewhere) location.replace(target)
}

/** Asks the server again; `why` is said when nobody is signed in. */
export async function refreshSession(why?: string): Promise<void> {
  try {
    const session = await askSession()
    become(session.signedIn ? { at: 'in', session } : { at: 'out', session, why })
  } catch (error) {
    // What is on the page stays there; it says by itself that it is not live.
    if (currentStanding().at !== 'in') become({ at: 'unreachable', error: error as Error })
  }
}

export const sessionEnded = 'Your session has ended. Sign in to go on where you were.'

/** The server did not know us: the way in, and after it the page that was open. */
export async function lapse(): Promise<void> {
  if (currentStanding().at !== 'in') return
  answerProof(false)
  await refreshSession(sessionEnded)
}

export async function signOut(): Promise<void> {
  await leave()
  await refreshSession()
}
