import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { enterBy } from '../api/sign-in.js'
import { signInByPassword } from '../api/session-requests.js'
import { wordsFor } from '../api/sign-in-words.js'
import { ErrorNote } from '../parts/notices.js'
import classes from './threshold.module.css'

export function PasswordForm() {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const enter = useMutation({
    mutationFn: () => enterBy(() => signInByPassword(name.trim(), password)),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    enter.mutate()
  }
  const field = { size: 'sm', required: true, withAsterisk: false } as const
  return (
    <form className={classes.form} onSubmit={submit}>
      <TextInput
        {...field}
        label="Name"
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        {...field}
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {enter.error !== null && <ErrorNote error={wordsFor(enter.error, 'password')} />}
      <Button type="submit" size="sm" loading={enter.isPending}>
        Sign in
      </Button>
    </form>
  )
}
