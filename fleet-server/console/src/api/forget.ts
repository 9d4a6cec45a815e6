import type { QueryClient } from '@tanstack/react-query'
import { currentStanding, onStanding } from './session.js'

/** What one person has been shown is not for the next: answers are kept only for who asked. */
export function forgetWhenOthersCome(queries: QueryClient): void {
  let asker: string | undefined
  onStanding(() => {
    const standing = currentStanding()
    if (standing.at !== 'in') return
    const { actor } = standing.session
    const now = `${actor?.kind} ${actor?.id} ${actor?.role}`
    if (asker !== undefined && asker !== now) queries.clear()
    asker = now
  })
}
