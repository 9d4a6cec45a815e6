import { useQueryClient } from '@tanstack/react-query'
import type { Device } from '../../api/documents.js'
import { revokeDevice } from '../../api/membership.js'
import { ConfirmDialog } from '../../parts/confirm-dialog.js'
import { deviceName } from '../../parts/presence.js'

/** For a device that is lost, stolen or not what it says: its key is worth nothing from now on. */
export function RevokeDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const queries = useQueryClient()
  const name = deviceName(device)
  const revoke = async () => {
    await revokeDevice(device.id)
    await queries.invalidateQueries({ queryKey: ['devices'] })
  }
  return (
    <ConfirmDialog
      title={`Revoke ${name}`}
      word={name}
      act="Revoke device"
      onAct={revoke}
      onClose={onClose}
    >
      <ul>
        <li>It is disconnected within a second, and nothing it sends counts any more.</li>
        <li>It leaves the fleet, and its key may not join again, with any token.</li>
        <li>What it runs, it can go on running: no server can reach into it.</li>
        <li>To only take it out for now, remove it instead; then it can enrol again.</li>
        <li>If it was a mistake, it can be pardoned under Settings, Enrolment.</li>
      </ul>
    </ConfirmDialog>
  )
}
