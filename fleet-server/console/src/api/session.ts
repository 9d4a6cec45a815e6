import { useSyncExternalStore } from 'react'
import type { Action, Session } from './documents.js'

/** Where this page stands with the server. */
export type Standing =
  | { readonly at: 'asking' }
  | { readonly at: 'unreachable'; readonly error: Error }
  /** `why` is what the way in says first. */
  | { readonly at: 'out'; readonly session: Session; readonly why: string | undefined }
  | { readonly at: 'in'; readonly session: Session }

const listeners = new Set<() => void>()
let standing: Standing = { at: 'asking' }

export const currentStanding = (): Standing => standing

export function become(next: Standing): void {
  standing = next
  listeners.forEach((listener) => listener())
}

export function onStanding(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useStanding = (): Standing => useSyncExternalStore(onStanding, currentStanding)

/** Whether who is signed in may do something; what they may not is not offered. */
export function useCan(): (action: Action) => boolean {
  const now = useStanding()
  return (action) => now.at === 'in' && now.session.can.includes(action)
}

/** The person or program that is signed in. */
export function useActor(): NonNullable<Session['actor']> | undefined {
  const now = useStanding()
  return now.at === 'in' ? now.session.actor : undefined
}
