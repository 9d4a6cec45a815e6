import { useSyncExternalStore } from 'react'

const storageKey = 'kedge.token'
const listeners = new Set<() => void>()
let token = localStorage.getItem(storageKey)
let refused = false

const emit = () => listeners.forEach((listener) => listener())

/** Takes the token of a console link (`#token=…`) and clears it from the address and the history. */
export function adoptTokenFromAddress(): void {
  const given = new URLSearchParams(location.hash.slice(1)).get('token')
  if (given === null || given === '') return
  signIn(given)
  history.replaceState(history.state, '', location.pathname + location.search)
}

export function signIn(given: string): void {
  token = given.trim()
  refused = false
  localStorage.setItem(storageKey, token)
  emit()
}

export function signOut(): void {
  token = null
  localStorage.removeItem(storageKey)
  emit()
}

/** The server answered 401: the token is of no use any more, and the page says so. */
export function refuseToken(): void {
  refused = true
  signOut()
}

export const currentToken = (): string | null => token

export const wasRefused = (): boolean => refused

export const useToken = (): string | null =>
  useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, currentToken)
