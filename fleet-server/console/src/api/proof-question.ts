import { useSyncExternalStore } from 'react'

interface Question {
  readonly answer: Promise<boolean>
  readonly give: (isProved: boolean) => void
}

const listeners = new Set<() => void>()
let open: Question | undefined

function become(next: Question | undefined): void {
  open = next
  listeners.forEach((listener) => listener())
}

/**
 * Asks who is signed in to prove it once more; one question for all requests that wait. False when
 * they would not.
 */
export function askForProof(): Promise<boolean> {
  if (open !== undefined) return open.answer
  let give: Question['give'] = () => undefined
  const answer = new Promise<boolean>((resolve) => (give = resolve))
  become({ answer, give })
  return answer
}

/** Lets the requests that wait go on, or end as they were refused. */
export function answerProof(isProved: boolean): void {
  open?.give(isProved)
  become(undefined)
}

/** Whether the question stands. */
export const useProofAsked = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => open !== undefined,
  )
