import { Button, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { addPublisher } from '../../api/changes.js'
import { ErrorNote } from '../../parts/notices.js'
import classes from './settings.module.css'

/** The public half of a publisher's key, as `kedge key create` prints it. */
export function PublisherForm() {
  const [name, setName] = useState('')
  const [id, setId] = useState('')
  const [key, setKey] = useState('')
  const queries = useQueryClient()
  const add = useMutation({
    mutationFn: addPublisher,
    onSuccess: () => {
      setName('')
      setId('')
      setKey('')
      return queries.invalidateQueries({ queryKey: ['publishers'] })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    add.mutate({ name: name.trim(), key: { id: id.trim(), key: key.trim() } })
  }
  const field = { required: true, withAsterisk: false, autoComplete: 'off', spellCheck: false }
  return (
    <details className={classes.more}>
      <summary>Add a publisher</summary>
      <form className={classes.form} onSubmit={submit}>
        <TextInput
          {...field}
          label="Name"
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
        />
        <TextInput
          {...field}
          label="Key id"
          value={id}
          onChange={(e) => setId(e.currentTarget.value)}
        />
        <TextInput
          {...field}
          className={classes.wide ?? ''}
          label="Public key (base64)"
          value={key}
          onChange={(e) => setKey(e.currentTarget.value)}
        />
        <Button type="submit" loading={add.isPending}>
          Add publisher
        </Button>
      </form>
      {add.error !== null && <ErrorNote error={add.error} />}
    </details>
  )
}
