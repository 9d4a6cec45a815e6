import { TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Release } from '../../api/documents.js'
import { revokeRelease } from '../../api/changes.js'
import { ConfirmDialog } from '../../parts/confirm-dialog.js'
import { plural } from '../../parts/format.js'

/** Takes a release back; says on how many devices it runs. */
export function RevokeDialog({ release, onClose }: { release: Release; onClose: () => void }) {
  const [reason, setReason] = useState('')
  const queries = useQueryClient()
  const { model, version, runningOn } = release
  const revoke = async () => {
    await revokeRelease(model, version, reason.trim())
    for (const key of ['models', 'devices', 'rollouts']) {
      await queries.invalidateQueries({ queryKey: [key] })
    }
  }
  return (
    <ConfirmDialog
      title={`Revoke ${model} ${version}`}
      word={`${model} ${version}`}
      act="Revoke release"
      ready={reason.trim() !== ''}
      onAct={revoke}
      onClose={onClose}
    >
      <ul>
        <li>
          {runningOn === 0
            ? 'No device runs it now.'
            : `It runs on ${plural(runningOn, 'device')} now. Each stops running it at its next contact and goes back to what it ran before.`}
        </li>
        <li>No device starts it again, and no rollout can choose it.</li>
        <li>It cannot be taken back; the same model can be pushed under a new version.</li>
      </ul>
      <TextInput
        size="sm"
        data-autofocus
        label="Why"
        placeholder="wrong labels on gesture “wave”"
        required
        withAsterisk={false}
        maxLength={1_000}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </ConfirmDialog>
  )
}
