import type { ReactNode } from 'react'
import type { Problem } from '@kedge/shared/protocol/reported-state'
import type { Device } from '../../api/documents.js'
import { Mark } from '../../parts/mark.js'
import { adviceOn, meaningOf } from '../../parts/problem-words.js'
import { TimeAgo } from '../../parts/time-ago.js'
import classes from './device-room.module.css'

/** What is wrong with the device itself: what it means, what was said of it, what can be done. */
export function DeviceProblems({ device: { alarm, reported } }: { device: Device }) {
  const problems = reported?.problems ?? []
  if (alarm === null && problems.length === 0) return null
  return (
    <ul className={classes.problems} aria-label="Problems">
      {alarm !== null && (
        <Item problem={alarm}>
          <p className="soft">
            The server has found this <TimeAgo at={alarm.since} />. What stands below is of before;
            its reports count in no rollout.
          </p>
        </Item>
      )}
      {problems.map((problem) => (
        <Item key={`${problem.code} ${problem.message}`} problem={problem} />
      ))}
    </ul>
  )
}

const Item = ({ problem, children }: { problem: Problem; children?: ReactNode }) => (
  <li>
    <Mark tone="bad" shape="alert">
      <b>{meaningOf(problem.code) ?? 'The device reports a problem.'}</b>{' '}
      <span className="mono">{problem.code}</span>
    </Mark>
    <p>{problem.message}</p>
    {children}
    {adviceOn(problem.code) !== undefined && <p className="soft">{adviceOn(problem.code)}</p>}
  </li>
)
