import { Link } from '@tanstack/react-router'
import { type Range, ranges } from './ranges.js'
import classes from './range-switch.module.css'

/** How far the charts look back; kept in the address. */
export const RangeSwitch = ({ current }: { current: Range }) => (
  <nav className={classes.ranges} aria-label="Time range">
    {ranges.map((range) => (
      <Link
        key={range.key}
        to="."
        search={(search) => ({ ...search, range: range.key })}
        replace
        resetScroll={false}
        activeProps={{}}
        aria-current={range.key === current.key ? 'true' : undefined}
      >
        {range.key}
      </Link>
    ))}
  </nav>
)
