import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { changeUser } from '../../api/account-changes.js'
import type { User } from '../../api/documents.js'
import { FormDialog } from '../../parts/form-dialog.js'
import { NewPassword } from '../../parts/new-password.js'
import { RoleSelect } from '../../parts/role-select.js'

/** Another role, or another password for who has lost theirs. */
export function PersonDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const [role, setRole] = useState(user.role)
  const [resets, setResets] = useState(false)
  const [password, setPassword] = useState('')
  const queries = useQueryClient()
  const change = async () => {
    await changeUser(user.id, {
      ...(role !== user.role && { role }),
      ...(resets && { password }),
    })
    await queries.invalidateQueries({ queryKey: ['users'] })
  }
  return (
    <FormDialog
      title={`Change ${user.name}`}
      act="Save"
      ready={role !== user.role || resets}
      onAct={change}
      onClose={onClose}
    >
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
    </FormDialog>
  )
}
