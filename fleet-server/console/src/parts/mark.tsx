import type { ReactNode } from 'react'
import classes from './mark.module.css'
import type { Shape, Tone } from './tone.js'

const shapes: Record<Shape, ReactNode> = {
  dot: <circle cx="6" cy="6" r="4" fill="currentColor" stroke="none" />,
  ring: <circle cx="6" cy="6" r="3.6" />,
  check: <path d="M2 6.5 4.8 9.2 10 3.2" />,
  cross: <path d="M2.8 2.8l6.4 6.4M9.2 2.8l-6.4 6.4" />,
  alert: <path d="M6 1.6 11 10.4H1zM6 5v2.4M6 8.9v.01" strokeLinejoin="round" />,
  half: (
    <>
      <circle cx="6" cy="6" r="4.2" />
      <path d="M6 1.8a4.2 4.2 0 0 1 0 8.4z" fill="currentColor" stroke="none" />
    </>
  ),
  dashes: <circle cx="6" cy="6" r="4.2" strokeDasharray="1.9 1.4" />,
  bars: <path d="M4 2.4v7.2M8 2.4v7.2" />,
  play: <path d="M3.5 2.2 10 6 3.5 9.8z" fill="currentColor" strokeLinejoin="round" />,
  next: <path d="M2.4 2.6 5.8 6 2.4 9.4M6.4 2.6 9.8 6 6.4 9.4" />,
}

/** A state: told by its shape, its word and its colour, in this order of importance. */
export function Mark(props: { tone: Tone; shape: Shape; children: ReactNode }) {
  return (
    <span className={classes.mark} data-tone={props.tone}>
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
        {shapes[props.shape]}
      </svg>
      <span className={classes.word}>{props.children}</span>
    </span>
  )
}
