import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import classes from './threshold.module.css'

interface SecretFormProps {
  readonly kind: 'password' | 'token'
  /** Tells password managers whose password it is. */
  readonly name: string
  readonly busy: boolean
  readonly onGive: (secret: string) => void
}

/** The secret that somebody has signed in with, once more. */
export function SecretForm({ kind, name, busy, onGive }: SecretFormProps) {
  const [secret, setSecret] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onGive(secret)
  }
  return (
    <form className={classes.form} onSubmit={submit}>
      {kind === 'password' && <input hidden readOnly autoComplete="username" value={name} />}
      <TextInput
        size="sm"
        type="password"
        label={kind === 'password' ? 'Your password' : 'The token you signed in with'}
        name={kind}
        autoComplete={kind === 'password' ? 'current-password' : 'off'}
        data-autofocus
        required
        withAsterisk={false}
        value={secret}
        onChange={(event) => setSecret(event.currentTarget.value)}
      />
      <Button type="submit" size="sm" loading={busy}>
        Confirm
      </Button>
    </form>
  )
}
