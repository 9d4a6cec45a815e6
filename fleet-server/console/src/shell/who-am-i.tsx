import { Link } from '@tanstack/react-router'
import { useActor } from '../api/session.js'
import classes from './shell.module.css'

/** Who is signed in, and the way to their account. */
export function WhoAmI() {
  const actor = useActor()
  if (actor === undefined) return null
  return (
    <Link
      to="/settings/account"
      className={classes.who}
      aria-label={`Signed in: ${actor.name}, ${actor.role}. My account`}
    >
      <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
        <path d="M8 2a3 3 0 1 0 0 6 3 3 0 0 0 0-6M2.5 14.5c.6-3 2.7-4.5 5.5-4.5s4.9 1.5 5.5 4.5" />
      </svg>
      <span className={`${classes.whoName} ${classes.wide}`}>{actor.name}</span>
    </Link>
  )
}
