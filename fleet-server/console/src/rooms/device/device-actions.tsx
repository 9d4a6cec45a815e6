import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { removeDevice } from '../../api/changes.js'
import type { Device } from '../../api/documents.js'
import { useCan } from '../../api/session.js'
import { ConfirmDialog } from '../../parts/confirm-dialog.js'
import { deviceName } from '../../parts/presence.js'
import { slotStandings } from '../../parts/slot-standing.js'
import classes from './device-room.module.css'
import { LabelDialog } from './label-dialog.js'
import { RevokeDialog } from './revoke-dialog.js'

/** What can be done to one device by who is signed in. */
export function DeviceActions({ device }: { device: Device }) {
  const can = useCan()
  const [open, setOpen] = useState<'labels' | 'remove' | 'revoke'>()
  const close = () => setOpen(undefined)
  return (
    <>
      {can('device.label') && (
        <Button variant="default" onClick={() => setOpen('labels')}>
          Edit labels
        </Button>
      )}
      {can('device.remove') && (
        <Button
          variant="default"
          className={classes.danger ?? ''}
          onClick={() => setOpen('remove')}
        >
          Remove…
        </Button>
      )}
      {can('device.remove') && (
        <Button
          variant="default"
          className={classes.danger ?? ''}
          onClick={() => setOpen('revoke')}
        >
          Revoke…
        </Button>
      )}
      {open === 'labels' && <LabelDialog device={device} onClose={close} />}
      {open === 'remove' && <RemoveDialog device={device} onClose={close} />}
      {open === 'revoke' && <RevokeDialog device={device} onClose={close} />}
    </>
  )
}

function RemoveDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const name = deviceName(device)
  const remove = async () => {
    await removeDevice(device.id)
    await navigate({ to: '/' })
    await queries.invalidateQueries({ queryKey: ['devices'] })
  }
  return (
    <ConfirmDialog
      title={`Remove ${name} from the fleet`}
      word={name}
      act="Remove device"
      onAct={remove}
      onClose={onClose}
    >
      <ul>
        <li>It is cut off at once, and nothing it sends counts any more.</li>
        <li>{runsOn(device)}</li>
        <li>Its telemetry up to now stays.</li>
        <li>It can come back by enrolling again with a token.</li>
      </ul>
    </ConfirmDialog>
  )
}

function runsOn(device: Device): string {
  const running = slotStandings(device).flatMap(({ model, running: version }) =>
    version === undefined ? [] : [`${model} ${version}`],
  )
  return running.length === 0
    ? 'It runs nothing now.'
    : `It goes on running ${running.join(', ')} until somebody stops its agent.`
}
