import type { Problem } from '@kedge/shared/protocol/reported-state'
import { Mark } from '../../parts/mark.js'
import { adviceOn, meaningOf } from '../../parts/problem-words.js'
import classes from './device-room.module.css'

/** What is wrong with the device itself: what it means, what the device says, what can be done. */
export const DeviceProblems = ({ problems }: { problems: readonly Problem[] }) => (
  <ul className={classes.problems} aria-label="Problems">
    {problems.map((problem) => (
      <li key={`${problem.code} ${problem.message}`}>
        <Mark tone="bad" shape="alert">
          <b>{meaningOf(problem.code) ?? 'The device reports a problem.'}</b>{' '}
          <span className="mono">{problem.code}</span>
        </Mark>
        <p>{problem.message}</p>
        {adviceOn(problem.code) !== undefined && <p className="soft">{adviceOn(problem.code)}</p>}
      </li>
    ))}
  </ul>
)
