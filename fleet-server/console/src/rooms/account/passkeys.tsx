import { Button, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { addPasskey, removePasskey } from '../../api/account-changes.js'
import { passkeysQuery } from '../../api/account-queries.js'
import type { Passkey } from '../../api/documents.js'
import { canUsePasskeys } from '../../api/session-requests.js'
import { wordsFor } from '../../api/sign-in-words.js'
import { ConfirmDialog } from '../../parts/confirm-dialog.js'
import { type Column, DataTable } from '../../parts/data-table.js'
import { Loaded } from '../../parts/loaded.js'
import { ErrorNote } from '../../parts/notices.js'
import { Section } from '../../parts/page.js'
import { TimeAgo } from '../../parts/time-ago.js'
import forms from '../settings/settings.module.css'

/** Keys of this person's devices that sign in without a password. */
export function Passkeys() {
  const query = useQuery(passkeysQuery())
  const [leaving, setLeaving] = useState<Passkey>()
  return (
    <Section title="Passkeys" note="sign in by fingerprint, face or security key; nothing to phish">
      <PasskeyForm />
      <Loaded query={query} rows={2}>
        {({ items }) =>
          items.length > 0 && (
            <DataTable
              label="Passkeys"
              columns={columnsWith(setLeaving)}
              rows={items}
              rowKey={(passkey) => passkey.id}
            />
          )
        }
      </Loaded>
      {leaving !== undefined && (
        <RemoveDialog passkey={leaving} onClose={() => setLeaving(undefined)} />
      )}
    </Section>
  )
}

function PasskeyForm() {
  const [name, setName] = useState('')
  const queries = useQueryClient()
  const add = useMutation({
    mutationFn: addPasskey,
    onSuccess: () => {
      setName('')
      return queries.invalidateQueries({ queryKey: ['passkeys'] })
    },
  })
  if (!canUsePasskeys()) return <OpenByName />
  const submit = (event: FormEvent) => {
    event.preventDefault()
    add.mutate(name.trim())
  }
  return (
    <>
      <form className={forms.form} onSubmit={submit}>
        <TextInput
          className={forms.middle ?? ''}
          label="Name of the passkey"
          placeholder="laptop"
          autoComplete="off"
          required
          withAsterisk={false}
          maxLength={64}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" loading={add.isPending}>
          Add passkey
        </Button>
      </form>
      {add.error !== null && <ErrorNote error={wordsFor(add.error, 'register')} />}
    </>
  )
}

/** A passkey belongs to a name. */
const OpenByName = () => (
  <p className="soft">
    Passkeys belong to a host name: open the console by its name over https, or as{' '}
    <a href={`http://localhost:${location.port}/settings/account`}>localhost</a> on the machine it
    runs on.
  </p>
)

const columnsWith = (onRemove: (passkey: Passkey) => void): readonly Column<Passkey>[] => [
  { key: 'name', head: 'Passkey', phone: 'lead', cell: ({ name }) => <b>{name}</b> },
  {
    key: 'created',
    head: 'Added',
    width: '16%',
    align: 'end',
    cell: ({ createdAt }) => <TimeAgo at={createdAt} />,
  },
  {
    key: 'used',
    head: 'Last used',
    width: '16%',
    align: 'end',
    cell: ({ lastUsedAt }) =>
      lastUsedAt === null ? <span className="quiet">never</span> : <TimeAgo at={lastUsedAt} />,
  },
  {
    key: 'act',
    head: 'Action',
    width: '108px',
    align: 'end',
    phone: 'bare',
    cell: (passkey) => (
      <Button
        variant="default"
        size="compact-xs"
        aria-label={`Remove ${passkey.name}`}
        onClick={() => onRemove(passkey)}
      >
        Remove…
      </Button>
    ),
  },
]

function RemoveDialog({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const queries = useQueryClient()
  const remove = async () => {
    await removePasskey(passkey.id)
    await queries.invalidateQueries({ queryKey: ['passkeys'] })
  }
  return (
    <ConfirmDialog
      title={`Remove the passkey ${passkey.name}`}
      word={passkey.name}
      act="Remove passkey"
      onAct={remove}
      onClose={onClose}
    >
      <p>
        It does not sign you in any more. Take it off the device that holds it too; the server
        cannot.
      </p>
    </ConfirmDialog>
  )
}
