import { Link } from '@tanstack/react-router'
import type { Release } from '../../api/documents.js'
import { useCan } from '../../api/session.js'
import classes from './model-room.module.css'

interface ActionProps {
  readonly release: Release
  readonly onRevoke: (release: Release) => void
}

/** What can be done with a release by who is signed in. */
export function ReleaseActions({ release, onRevoke }: ActionProps) {
  const can = useCan()
  const { model, version } = release
  if (release.revoked !== null) return null
  return (
    <div className={classes.actions}>
      {can('rollout.create') && (
        <Link
          to="/rollouts/new"
          search={{ model, version }}
          data-step
          className={classes.roll}
          aria-label={`Roll out ${version}`}
        >
          Roll out
        </Link>
      )}
      {can('model.revoke') && (
        <button
          type="button"
          className={classes.revoke}
          aria-label={`Revoke ${version}`}
          onClick={() => onRevoke(release)}
        >
          Revoke…
        </button>
      )}
    </div>
  )
}
