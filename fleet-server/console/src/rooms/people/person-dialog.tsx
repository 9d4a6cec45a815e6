import { Button, Modal } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { changeUser } from '../../api/account-changes.js'
import type { User } from '../../api/documents.js'
import dialog from '../../parts/confirm-dialog.module.css'
import { NewPassword } from '../../parts/new-password.js'
import { ErrorNote } from '../../parts/notices.js'
import { RoleSelect } from '../../parts/role-select.js'

/** Another role, or another password for who has lost theirs. */
export function PersonDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const [role, setRole] = useState(user.role)
  const [resets, setResets] = useState(false)
  const [password, setPassword] = useState('')
  const queries = useQueryClient()
  const change = useMutation({
    mutationFn: () =>
      changeUser(user.id, {
        ...(role !== user.role && { role }),
        ...(resets && { password }),
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['users'] })
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change.mutate()
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Change ${user.name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form className={dialog.confirm} onSubmit={submit}>
        <RoleSelect size="sm" value={role} onChange={setRole} />
        {resets ? (
          <NewPassword size="sm" label="New password" value={password} onChange={setPassword} />
        ) : (
          <Button variant="default" size="sm" onClick={() => setResets(true)}>
            Set a new password
          </Button>
        )}
        <p className="soft">
          {user.name} is signed out everywhere and signs in again with what is changed here.
        </p>
        {change.error !== null && <ErrorNote error={change.error} />}
        <div className={dialog.choices}>
          <Button variant="default" size="sm" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            size="sm"
            disabled={role === user.role && !resets}
            loading={change.isPending}
          >
            Save
          </Button>
        </div>
      </form>
    </Modal>
  )
}
