import { Link } from '@tanstack/react-router'
import { formatPercent } from './format.js'
import { Mark } from './mark.js'
import classes from './slot-line.module.css'
import type { SlotStanding } from './slot-standing.js'

/** `gesture 1.0.0 → 1.1.0  ◐ downloading 42 %`, and under it the reason, when there is one. */
export function SlotLine({ slot }: { slot: SlotStanding }) {
  return (
    <div className={classes.slot}>
      <div className={classes.line}>
        <Link to="/models/$model" params={{ model: slot.model }} className={classes.model}>
          {slot.model}
        </Link>
        <span className={classes.version}>{versionsOf(slot)}</span>
        <Mark tone={slot.tone} shape={slot.shape}>
          {slot.word}
          {slot.progress !== undefined && ` ${shareOf(slot.progress)}`}
        </Mark>
      </div>
      {slot.reason !== undefined && <div className={classes.reason}>{slot.reason.message}</div>}
    </div>
  )
}

function versionsOf({ running, target }: SlotStanding): string {
  if (running === undefined) return target ?? ''
  return target === undefined || target === running ? running : `${running} → ${target}`
}

export const shareOf = ({ done, total }: { done: number; total: number }): string =>
  total === 0 ? '' : formatPercent(done / total, 0)
