import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { trustQuery } from '../api/trust.js'
import { Mark } from '../parts/mark.js'
import classes from './shell.module.css'

/** Stands on every page as long as keys that belong elsewhere can be read on the server. */
export function DevelopmentBadge() {
  const { data } = useQuery(trustQuery())
  if (data?.development !== true) return null
  return (
    <Link
      to="/settings/trust"
      className={classes.badge}
      title="Root keys can be read on the server. How to move them off"
    >
      <Mark tone="warn" shape="alert">
        <span className={classes.wide}>Development keys</span>
        <span className={classes.narrow}>Dev keys</span>
      </Mark>
    </Link>
  )
}
