import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { changeRollout } from '../../api/changes.js'
import type { Rollout, RolloutAction } from '../../api/documents.js'
import { useCan } from '../../api/session.js'
import { plural } from '../../parts/format.js'
import { ErrorNote } from '../../parts/notices.js'
import { AbortDialog } from './abort-dialog.js'
import classes from './rollout-room.module.css'

/** What can be done to a rollout now; each button says to how many devices it will be done. */
export function RolloutActions({ rollout }: { rollout: Rollout }) {
  const [aborting, setAborting] = useState(false)
  const queries = useQueryClient()
  const change = useMutation({
    mutationFn: (action: RolloutAction) => changeRollout(rollout.id, action),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['rollouts'] }),
  })
  const can = useCan()
  const { state, counts } = rollout
  if (state === 'aborted' || !can('rollout.change')) return null
  const button = (action: RolloutAction, text: string, effect: string) => (
    <Button
      variant="default"
      title={effect}
      loading={change.isPending && change.variables === action}
      onClick={() => change.mutate(action)}
    >
      {text}
    </Button>
  )
  return (
    <>
      {state !== 'paused' &&
        counts.failed > 0 &&
        button(
          'retry',
          `Retry on ${plural(counts.failed, 'failed device')}`,
          'Each tries once more',
        )}
      {state === 'running' &&
        button('pause', 'Pause', 'Devices that have been told go on; no others are told')}
      {state === 'paused' &&
        button(
          'resume',
          'Resume',
          'Every device that matches is told, also those that came meanwhile',
        )}
      <Button variant="default" className={classes.danger ?? ''} onClick={() => setAborting(true)}>
        Abort…
      </Button>
      {change.error !== null && <ErrorNote error={change.error} />}
      {aborting && <AbortDialog rollout={rollout} onClose={() => setAborting(false)} />}
    </>
  )
}
