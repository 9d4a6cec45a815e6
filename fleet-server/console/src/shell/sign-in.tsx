import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import { checkToken } from '../api/client.js'
import { signIn, wasRefused } from '../api/session.js'
import { CopyLine } from '../parts/copy-line.js'
import { BrandMark } from './brand.js'
import classes from './sign-in.module.css'

/** The way in: the admin token, which the server prints when it starts. */
export function SignIn() {
  const [token, setToken] = useState('')
  const [problem, setProblem] = useState(
    wasRefused() ? 'The token is not valid any more.' : undefined,
  )
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    document.title = 'Sign in · Kedge'
  }, [])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    const refusal = await checkToken(token.trim())
    setBusy(false)
    if (refusal === undefined) signIn(token)
    else setProblem(refusal)
  }

  return (
    <main className={classes.page}>
      <form className={classes.form} onSubmit={(event) => void submit(event)}>
        <h1>
          <BrandMark /> Kedge
        </h1>
        <TextInput
          size="sm"
          type="password"
          label="Admin token"
          autoComplete="current-password"
          autoFocus
          required
          withAsterisk={false}
          value={token}
          error={problem}
          onChange={(event) => setToken(event.currentTarget.value)}
        />
        <Button type="submit" size="sm" loading={busy}>
          Sign in
        </Button>
        <p className="soft small">
          The server prints a link with the token when it starts, and keeps it in its data folder:
        </p>
        <CopyLine text="cat .kedge/admin-token" />
      </form>
    </main>
  )
}
