import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { removePublisher } from '../../api/changes.js'
import type { Publisher } from '../../api/documents.js'
import { publishersQuery } from '../../api/queries.js'
import { useCan } from '../../api/session.js'
import { ConfirmDialog } from '../../parts/confirm-dialog.js'
import { CopyLine } from '../../parts/copy-line.js'
import { type Column, DataTable } from '../../parts/data-table.js'
import { Loaded } from '../../parts/loaded.js'
import { Section } from '../../parts/page.js'
import { TimeAgo } from '../../parts/time-ago.js'
import { PublisherForm } from './publisher-form.js'

/** Whose signature makes a release run. */
export function Publishers() {
  const can = useCan()
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
              columns={columnsWith(can('publisher.manage') ? setLeaving : undefined)}
              rows={items}
              rowKey={(publisher) => publisher.id}
            />
          )
        }
      </Loaded>
      {can('publisher.manage') && <PublisherForm />}
      {leaving !== undefined && (
        <RemoveDialog publisher={leaving} onClose={() => setLeaving(undefined)} />
      )}
    </Section>
  )
}

const columnsWith = (
  onRemove: ((publisher: Publisher) => void) | undefined,
): readonly Column<Publisher>[] => [
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
    cell: (publisher) =>
      onRemove && (
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
  const queries = useQueryClient()
  const remove = async () => {
    await removePublisher(publisher.id)
    await queries.invalidateQueries({ queryKey: ['publishers'] })
  }
  return (
    <ConfirmDialog
      title={`Remove the publisher ${publisher.name}`}
      word={publisher.name}
      act="Remove publisher"
      onAct={remove}
      onClose={onClose}
    >
      <p>
        No device takes another release signed with this key, and none can be pushed with it. What
        devices run already goes on running.
      </p>
    </ConfirmDialog>
  )
}
