import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { setUp } from '../api/session-requests.js'
import { keepSetupCode } from '../api/setup-code.js'
import { enterBy, refreshSession } from '../api/sign-in.js'
import { wordsFor } from '../api/sign-in-words.js'
import { NewPassword } from '../parts/new-password.js'
import { ErrorNote } from '../parts/notices.js'
import { Threshold } from './threshold.js'
import classes from './threshold.module.css'

function giveUp(): void {
  keepSetupCode(undefined)
  void refreshSession()
}

/** The first administrator, let in by the link that the server printed. */
export function SetUp({ code }: { code: string }) {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  useEffect(() => {
    document.title = 'First administrator · Kedge'
  }, [])
  const create = useMutation({
    mutationFn: () => enterBy(() => setUp(code, name.trim(), password)),
    onSuccess: () => keepSetupCode(undefined),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate()
  }
  return (
    <Threshold title="First administrator">
      <p className="soft">
        This server has no users yet. You become its owner: you may do everything, and let others
        in. The link works once.
      </p>
      <form className={classes.form} onSubmit={submit}>
        <TextInput
          size="sm"
          label="Name"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          required
          withAsterisk={false}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NewPassword size="sm" value={password} onChange={setPassword} />
        {create.error !== null && <ErrorNote error={wordsFor(create.error, 'setup')} />}
        <Button type="submit" size="sm" loading={create.isPending}>
          Create my account
        </Button>
      </form>
      <div className={classes.others}>
        <Button size="sm" variant="default" onClick={giveUp}>
          Not now
        </Button>
      </div>
    </Threshold>
  )
}
