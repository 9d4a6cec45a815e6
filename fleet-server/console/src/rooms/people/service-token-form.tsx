import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { createServiceToken } from '../../api/account-changes.js'
import type { IssuedServiceToken, Role } from '../../api/documents.js'
import { ErrorNote } from '../../parts/notices.js'
import { RoleSelect } from '../../parts/role-select.js'
import forms from '../settings/settings.module.css'

const day = 24 * 3_600
const lives = [
  { label: '1 day', value: String(day) },
  { label: '30 days', value: String(30 * day) },
  { label: '90 days', value: String(90 * day) },
  { label: '1 year', value: String(365 * day) },
]

/** Whose token it is, what it may and for how long. */
export function ServiceTokenForm({ onIssued }: { onIssued: (token: IssuedServiceToken) => void }) {
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('publisher')
  const [ttlS, setTtlS] = useState(String(90 * day))
  const create = useMutation({
    mutationFn: createServiceToken,
    onSuccess: (token) => {
      setName('')
      onIssued(token)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate({ name: name.trim(), role, ttlS: Number(ttlS) })
  }
  return (
    <>
      <form className={forms.form} onSubmit={submit}>
        <TextInput
          className={forms.middle ?? ''}
          label="Name"
          placeholder="nightly training"
          autoComplete="off"
          required
          withAsterisk={false}
          maxLength={64}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <div className={forms.middle}>
          <RoleSelect value={role} onChange={setRole} />
        </div>
        <NativeSelect
          label="Valid for"
          data={lives}
          value={ttlS}
          onChange={(event) => setTtlS(event.currentTarget.value)}
        />
        <Button type="submit" loading={create.isPending}>
          Create token
        </Button>
      </form>
      {create.error !== null && <ErrorNote error={create.error} />}
    </>
  )
}
