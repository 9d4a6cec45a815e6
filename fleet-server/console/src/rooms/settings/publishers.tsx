import { Button, Modal, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { removePublisher } from '../../api/changes.js'
import type { Publisher } from '../../api/documents.js'
import { publishersQuery } from '../../api/queries.js'
import { CopyLine } from '../../parts/copy-line.js'
import { type Column, DataTable } from '../../parts/data-table.js'
import { Loaded } from '../../parts/loaded.js'
import { ErrorNote } from '../../parts/notices.js'
import { Section } from '../../parts/page.js'
import { TimeAgo } from '../../parts/time-ago.js'
import { PublisherForm } from './publisher-form.js'
import classes from './settings.module.css'

/** Whose signature makes a release run. */
export function Publishers() {
  const query = useQuery(publishersQuery())
  const [leaving, setLeaving] = useState<Publisher>()
  return (
    <Section title="Publishers" note="devices run only what one of these keys has signed">
      <Loaded query={query} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <CopyLine text="kedge key create" />
          ) : (
            <DataTable
              label="Publishers"
              columns={columnsWith(setLeaving)}
              rows={items}
              rowKey={(publisher) => publisher.id}
            />
          )
        }
      </Loaded>
      <PublisherForm />
      {leaving !== undefined && (
        <RemoveDialog publisher={leaving} onClose={() => setLeaving(undefined)} />
      )}
    </Section>
  )
}

const columnsWith = (onRemove: (publisher: Publisher) => void): readonly Column<Publisher>[] => [
  {
    key: 'name',
    head: 'Publisher',
    width: '26%',
    phone: 'lead',
    cell: ({ name }) => <b>{name}</b>,
  },
  { key: 'key', head: 'Key', cell: ({ id }) => <span className="mono">{id}</span> },
  {
    key: 'added',
    head: 'Added',
    width: '13%',
    align: 'end',
    cell: ({ createdAt }) => <TimeAgo at={createdAt} />,
  },
  {
    key: 'act',
    head: 'Action',
    width: '108px',
    align: 'end',
    phone: 'bare',
    cell: (publisher) => (
      <Button
        variant="default"
        size="compact-xs"
        aria-label={`Remove ${publisher.name}`}
        onClick={() => onRemove(publisher)}
      >
        Remove…
      </Button>
    ),
  },
]

function RemoveDialog({ publisher, onClose }: { publisher: Publisher; onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: () => removePublisher(publisher.id),
    onSuccess: () => {
      onClose()
      return queries.invalidateQueries({ queryKey: ['publishers'] })
    },
  })
  const confirmed = typed.trim() === publisher.name
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (confirmed) remove.mutate()
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Remove the publisher ${publisher.name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form className={classes.remove} onSubmit={submit}>
        <p>
          No device takes another release signed with this key, and none can be pushed with it. What
          devices run already goes on running.
        </p>
        <TextInput
          size="sm"
          data-autofocus
          label={`Type ${publisher.name} to confirm`}
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {remove.error !== null && <ErrorNote error={remove.error} />}
        <div className={classes.choices}>
          <Button variant="default" size="sm" onClick={onClose}>
            Keep it
          </Button>
          <Button
            type="submit"
            size="sm"
            color="red.8"
            disabled={!confirmed}
            loading={remove.isPending}
          >
            Remove publisher
          </Button>
        </div>
      </form>
    </Modal>
  )
}
