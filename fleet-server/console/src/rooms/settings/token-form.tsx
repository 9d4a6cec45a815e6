import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { createEnrolmentToken } from '../../api/changes.js'
import type { IssuedToken } from '../../api/documents.js'
import { ErrorNote } from '../../parts/notices.js'
import { readLabels } from '../../parts/read-labels.js'
import classes from './settings.module.css'

const lives = [
  { label: '1 hour', value: '3600' },
  { label: '1 day', value: '86400' },
  { label: '7 days', value: '604800' },
]

/** What the devices that join are called by, how many may, and for how long. */
export function TokenForm({ onIssued }: { onIssued: (token: IssuedToken) => void }) {
  const [labels, setLabels] = useState('')
  const [uses, setUses] = useState('1')
  const [ttlS, setTtlS] = useState('86400')
  const [approve, setApprove] = useState(false)
  const create = useMutation({ mutationFn: createEnrolmentToken, onSuccess: onIssued })
  const read = readLabels(labels)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (read.labels === undefined) return
    create.mutate({ labels: read.labels, uses: Number(uses), ttlS: Number(ttlS), approve })
  }
  return (
    <>
      <form className={classes.form} onSubmit={submit}>
        <TextInput
          className={classes.wide ?? ''}
          label="Labels the devices get"
          placeholder="site=berlin, ring=1"
          autoCapitalize="none"
          spellCheck={false}
          value={labels}
          error={read.problem}
          onChange={(event) => setLabels(event.currentTarget.value)}
        />
        <TextInput
          label="Devices"
          type="number"
          min={1}
          max={1_000_000}
          required
          withAsterisk={false}
          value={uses}
          onChange={(event) => setUses(event.currentTarget.value)}
        />
        <NativeSelect
          label="Valid for"
          data={lives}
          value={ttlS}
          onChange={(event) => setTtlS(event.currentTarget.value)}
        />
        <label className={classes.approve}>
          <input
            type="checkbox"
            checked={approve}
            onChange={(event) => setApprove(event.currentTarget.checked)}
          />
          Each waits for approval
        </label>
        <Button type="submit" loading={create.isPending} disabled={read.labels === undefined}>
          Create token
        </Button>
      </form>
      {create.error !== null && <ErrorNote error={create.error} />}
    </>
  )
}
