import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { CopyLine } from './copy-line.js'
import classes from './notices.module.css'

/** What stands where there is nothing yet: why, and the next command to type. */
export function EmptyPage(props: {
  title: string
  children?: ReactNode
  commands?: readonly string[]
}) {
  return (
    <div className={classes.empty}>
      <h2>{props.title}</h2>
      {props.children}
      {props.commands?.map((command) => (
        <CopyLine key={command} text={command} />
      ))}
    </div>
  )
}

/** What went wrong, in the server's own words, and a way to try again. */
export function ErrorNote({ error, retry }: { error: Error; retry?: () => void }) {
  return (
    <div className={classes.error} role="alert">
      <span>{error.message}</span>
      {retry !== undefined && (
        <Button variant="default" size="compact-xs" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  )
}

/** Keeps the place of what is being loaded, so that nothing shifts when it comes. */
export function Placeholder({ rows = 6 }: { rows?: number }) {
  return (
    <div className={classes.placeholder} aria-busy="true">
      <span className="unseen">Loading</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} aria-hidden="true" />
      ))}
    </div>
  )
}
