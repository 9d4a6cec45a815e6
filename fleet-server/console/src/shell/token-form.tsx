import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { enterBy } from '../api/sign-in.js'
import { signInByToken } from '../api/session-requests.js'
import { wordsFor } from '../api/sign-in-words.js'
import { CopyLine } from '../parts/copy-line.js'
import { ErrorNote } from '../parts/notices.js'
import classes from './threshold.module.css'

/** The server's own token, or one made for a program. It is exchanged for a session at once. */
export function TokenForm() {
  const [token, setToken] = useState('')
  const enter = useMutation({ mutationFn: () => enterBy(() => signInByToken(token.trim())) })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    enter.mutate()
  }
  return (
    <form className={classes.form} onSubmit={submit}>
      <TextInput
        size="sm"
        type="password"
        label="Admin token"
        name="token"
        autoComplete="off"
        required
        withAsterisk={false}
        value={token}
        onChange={(event) => setToken(event.currentTarget.value)}
      />
      {enter.error !== null && <ErrorNote error={wordsFor(enter.error, 'token')} />}
      <Button type="submit" size="sm" variant="default" loading={enter.isPending}>
        Sign in with the token
      </Button>
      <p className="soft small">
        Whoever can read the server&apos;s data folder finds it there; a service token works too.
      </p>
      <CopyLine text="cat .kedge/admin-token" />
    </form>
  )
}
