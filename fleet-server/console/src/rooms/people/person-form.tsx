import { Button, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { addUser } from '../../api/account-changes.js'
import type { Role } from '../../api/documents.js'
import { NewPassword } from '../../parts/new-password.js'
import { ErrorNote } from '../../parts/notices.js'
import { RoleSelect } from '../../parts/role-select.js'
import forms from '../settings/settings.module.css'

/** Somebody new, with a first password to be handed over and changed. */
export function PersonForm() {
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('operator')
  const [password, setPassword] = useState('')
  const queries = useQueryClient()
  const add = useMutation({
    mutationFn: addUser,
    onSuccess: (user) => {
      setName('')
      setPassword('')
      return queries.invalidateQueries({ queryKey: ['users'] }).then(() => user)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    add.mutate({ name: name.trim(), role, password })
  }
  return (
    <>
      <form className={forms.form} onSubmit={submit}>
        <TextInput
          className={forms.middle ?? ''}
          label="Name"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <div className={forms.middle}>
          <RoleSelect value={role} onChange={setRole} />
        </div>
        <div className={forms.middle}>
          <NewPassword label="First password" value={password} onChange={setPassword} />
        </div>
        <Button type="submit" loading={add.isPending}>
          Add person
        </Button>
      </form>
      {add.error !== null && <ErrorNote error={add.error} />}
      {add.data !== undefined && (
        <p className={forms.issued} role="status">
          {add.data.name} can sign in now. Hand over the password; it can be changed under My
          account.
        </p>
      )}
    </>
  )
}
