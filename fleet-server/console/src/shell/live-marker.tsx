import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { followEvents, type LiveState } from '../api/live-events.js'
import { Mark } from '../parts/mark.js'
import type { Shape, Tone } from '../parts/tone.js'

const marks: Record<LiveState, { tone: Tone; shape: Shape; word: string; says: string }> = {
  connecting: {
    tone: 'idle',
    shape: 'dashes',
    word: 'Connecting',
    says: 'Connecting to the server',
  },
  live: { tone: 'good', shape: 'dot', word: 'Live', says: 'Changes arrive by themselves' },
  lost: {
    tone: 'warn',
    shape: 'alert',
    word: 'Not live',
    says: 'The connection to the server is lost; what you see may be old. Trying again.',
  },
}

/** Follows the server's events for the session and says whether they arrive. */
export function LiveMarker() {
  const queries = useQueryClient()
  const [state, setState] = useState<LiveState>('connecting')
  useEffect(() => {
    const feed = followEvents(queries)
    const unsubscribe = feed.subscribe(() => setState(feed.state()))
    return () => {
      unsubscribe()
      feed.close()
    }
  }, [queries])
  const { tone, shape, word, says } = marks[state]
  return (
    <span role="status" title={says}>
      <Mark tone={tone} shape={shape}>
        {word}
      </Mark>
    </span>
  )
}
