import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { changePassword } from '../../api/account-changes.js'
import { useActor } from '../../api/session.js'
import { NewPassword } from '../../parts/new-password.js'
import { ErrorNote } from '../../parts/notices.js'
import { Section } from '../../parts/page.js'
import classes from './account-room.module.css'

export function PasswordChange() {
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const actor = useActor()
  const change = useMutation({
    mutationFn: () => changePassword(current, password),
    onSuccess: () => {
      setCurrent('')
      setPassword('')
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change.mutate()
  }
  return (
    <Section title="Password" note="a change ends your sessions in other browsers">
      <form className={classes.form} onSubmit={submit}>
        {/* Tells password managers whose password this is. */}
        <input hidden readOnly autoComplete="username" value={actor?.name ?? ''} />
        <TextInput
          label="Current password"
          type="password"
          autoComplete="current-password"
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <NewPassword label="New password" value={password} onChange={setPassword} />
        {change.error !== null && <ErrorNote error={change.error} />}
        <Button type="submit" loading={change.isPending}>
          Change password
        </Button>
        <p className="soft" role="status">
          {change.isSuccess ? 'The password is changed.' : ''}
        </p>
      </form>
    </Section>
  )
}
