import { Link } from '@tanstack/react-router'
import classes from './labels.module.css'

/** Labels as they are written in a selector; each leads to the fleet filtered by it. */
export function Labels({ labels }: { labels: Readonly<Record<string, string>> }) {
  const entries = Object.entries(labels).sort(([a], [b]) => a.localeCompare(b))
  if (entries.length === 0) return <span className="quiet">none</span>
  return (
    <ul className={classes.labels}>
      {entries.map(([key, value]) => (
        <li key={key}>
          <Link
            to="/"
            search={{ select: `${key}=${value}` }}
            title={`Devices with ${key}=${value}`}
          >
            {key}
            <span>=</span>
            {value}
          </Link>
        </li>
      ))}
    </ul>
  )
}
