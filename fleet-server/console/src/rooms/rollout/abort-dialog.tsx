import { Button, Modal, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Rollout } from '../../api/documents.js'
import { allRolloutsQuery, matchingDevicesQuery } from '../../api/queries.js'
import { plural } from '../../parts/format.js'
import { ErrorNote, Placeholder } from '../../parts/notices.js'
import { type AbortEffect, planAbort } from './plan-abort.js'
import classes from './rollout-room.module.css'

interface AbortProps {
  readonly rollout: Rollout
  readonly busy: boolean
  readonly error: Error | null
  readonly onAbort: () => void
  readonly onClose: () => void
}

/** Says which devices go back to what, and asks for the model's name. */
export function AbortDialog({ rollout, busy, error, onAbort, onClose }: AbortProps) {
  const [typed, setTyped] = useState('')
  const confirmed = typed.trim() === rollout.model
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (confirmed) onAbort()
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Abort the rollout of ${rollout.model} ${rollout.version}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form className={classes.abort} onSubmit={submit}>
        <Effects rollout={rollout} />
        <TextInput
          size="sm"
          data-autofocus
          label={
            <>
              Type <code>{rollout.model}</code> to confirm
            </>
          }
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {error !== null && <ErrorNote error={error} />}
        <div className={classes.choices}>
          <Button variant="default" size="sm" onClick={onClose}>
            Keep it
          </Button>
          <Button type="submit" size="sm" color="red.8" disabled={!confirmed} loading={busy}>
            Abort rollout
          </Button>
        </div>
      </form>
    </Modal>
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
      <ul className={classes.effects}>
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
