import { useQuery, useQueryClient } from '@tanstack/react-query'
import { changeRollout } from '../../api/changes.js'
import type { Rollout } from '../../api/documents.js'
import { allRolloutsQuery, matchingDevicesQuery } from '../../api/queries.js'
import { ConfirmDialog } from '../../parts/confirm-dialog.js'
import { plural } from '../../parts/format.js'
import { ErrorNote, Placeholder } from '../../parts/notices.js'
import { type AbortEffect, planAbort } from './plan-abort.js'

/** Says which devices go back to what, and asks for the model's name. */
export function AbortDialog({ rollout, onClose }: { rollout: Rollout; onClose: () => void }) {
  const queries = useQueryClient()
  const abort = async () => {
    await changeRollout(rollout.id, 'abort')
    await queries.invalidateQueries({ queryKey: ['rollouts'] })
  }
  return (
    <ConfirmDialog
      title={`Abort the rollout of ${rollout.model} ${rollout.version}`}
      word={rollout.model}
      act="Abort rollout"
      onAct={abort}
      onClose={onClose}
    >
      <Effects rollout={rollout} />
    </ConfirmDialog>
  )
}

function Effects({ rollout }: { rollout: Rollout }) {
  const rollouts = useQuery(allRolloutsQuery())
  const devices = useQuery(matchingDevicesQuery(rollout.select))
  const error = rollouts.error ?? devices.error
  if (error !== null) return <ErrorNote error={error} />
  if (rollouts.data === undefined || devices.data === undefined) return <Placeholder rows={2} />
  const effects = planAbort(rollout, rollouts.data, devices.data)
  if (effects.length === 0) {
    return <p>It decides for no device, so nothing changes on any. It cannot be resumed.</p>
  }
  return (
    <>
      <ul>
        {effects.map((effect) => (
          <li key={effect.version}>{effectText(effect, rollout.model)}</li>
        ))}
      </ul>
      <p className="soft">An aborted rollout cannot be resumed; a new one can be created.</p>
    </>
  )
}

const effectText = ({ version, devices }: AbortEffect, model: string): string =>
  version === null
    ? `${plural(devices, 'device stops', 'devices stop')} running ${model}: no earlier rollout selects ${devices === 1 ? 'it' : 'them'}`
    : `${plural(devices, 'device goes', 'devices go')} back to ${version}`
