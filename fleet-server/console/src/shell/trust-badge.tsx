import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { trustQuery } from '../api/trust.js'
import { Mark } from '../parts/mark.js'
import { useNow } from '../parts/time-ago.js'
import { expiringRoles } from '../parts/trust-expiry.js'
import classes from './shell.module.css'

interface Warning {
  readonly word: string
  /** On a phone. */
  readonly short: string
  readonly says: string
}

const expired: Warning = {
  word: 'Signatures expired',
  short: 'Expired',
  says: 'Devices take no new version until files are signed anew. How to do it',
}
const expiring: Warning = {
  word: 'Signatures expire soon',
  short: 'Expiring',
  says: 'Files have to be signed anew within two weeks. How to do it',
}
const development: Warning = {
  word: 'Development keys',
  short: 'Dev keys',
  says: 'Root keys can be read on the server. How to move them off',
}

/** Stands on every page as long as there is something to be done about the keys and signatures. */
export function TrustBadge() {
  const { data } = useQuery(trustQuery())
  const [first] = expiringRoles(data?.roles ?? [], useNow())
  const signing = first === undefined ? undefined : first.isPast ? expired : expiring
  const warning = signing ?? (data?.development === true ? development : undefined)
  if (warning === undefined) return null
  return (
    <Link to="/settings/trust" className={classes.badge} title={warning.says}>
      <Mark tone="warn" shape="alert">
        <span className={classes.wide}>{warning.word}</span>
        <span className={classes.narrow}>{warning.short}</span>
      </Mark>
    </Link>
  )
}
