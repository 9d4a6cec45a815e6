import { CopyLine } from '../../parts/copy-line.js'
import { Mark } from '../../parts/mark.js'
import type { ExpiringRole } from '../../parts/trust-expiry.js'
import classes from './trust-room.module.css'

/** What has to be signed anew, by when, what happens otherwise, and the command that does it. */
export const ExpiryNotices = ({ roles }: { roles: readonly ExpiringRole[] }) =>
  roles.length > 0 && (
    <section className={classes.warning} aria-label="To be signed anew">
      <h2>
        <Mark tone="warn" shape="alert">
          {roles.some(({ isPast }) => isPast)
            ? 'Signed files have expired'
            : 'Signed files expire soon'}
        </Mark>
      </h2>
      <p>
        Devices go on running what they run. But when signed files are past their end, no device
        takes a new version, and each calls itself stale. The command is run where the keys are.
      </p>
      <ul className={classes.renewals}>
        {roles.map(({ role, says, command }) => (
          <li key={role}>
            <p>{says}</p>
            {command !== undefined && <CopyLine text={command} />}
          </li>
        ))}
      </ul>
    </section>
  )
