import { Button } from '@mantine/core'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { BarredDevice } from '../../api/documents.js'
import { barredDevicesQuery, pardonDevice } from '../../api/membership.js'
import { useCan } from '../../api/session.js'
import { type Column, DataTable } from '../../parts/data-table.js'
import { FormDialog } from '../../parts/form-dialog.js'
import { Section } from '../../parts/page.js'
import { PagedList } from '../../parts/paged-list.js'
import { TimeAgo } from '../../parts/time-ago.js'

/** Keys that may not join again, and the way back for one that was barred by mistake. */
export function BarredDevices() {
  const can = useCan()
  const query = useInfiniteQuery(barredDevicesQuery())
  const [pardoned, setPardoned] = useState<BarredDevice>()
  return (
    <Section title="Barred devices" note="revoked or rejected: no token lets them join">
      <PagedList query={query} word="device" words="devices" expected={1} empty={<NoneBarred />}>
        {(rows) => (
          <DataTable
            label="Barred devices"
            columns={columnsWith(can('enrolment.manage') ? setPardoned : undefined)}
            rows={rows}
            rowKey={({ id }) => id}
          />
        )}
      </PagedList>
      {pardoned !== undefined && (
        <PardonDialog id={pardoned.id} onClose={() => setPardoned(undefined)} />
      )}
    </Section>
  )
}

const NoneBarred = () => (
  <p className="quiet">None. A device that is revoked or rejected is listed here.</p>
)

const columnsWith = (
  onPardon: ((device: BarredDevice) => void) | undefined,
): readonly Column<BarredDevice>[] => [
  {
    key: 'id',
    head: 'Device',
    phone: 'lead',
    cell: ({ id }) => <span className="mono">{id}</span>,
  },
  { key: 'kind', head: 'Kind', width: '13%', cell: ({ kind }) => kind },
  { key: 'reason', head: 'Why', width: '13%', cell: ({ reason }) => reason },
  {
    key: 'since',
    head: 'Since',
    width: '13%',
    align: 'end',
    cell: ({ barredAt }) => <TimeAgo at={barredAt} />,
  },
  {
    key: 'act',
    head: 'Action',
    width: '100px',
    align: 'end',
    phone: 'bare',
    cell: (device) =>
      onPardon && (
        <Button
          variant="default"
          size="compact-xs"
          aria-label={`Pardon ${device.id}`}
          onClick={() => onPardon(device)}
        >
          Pardon…
        </Button>
      ),
  },
]

/** For a device that was barred by mistake, or was found again. */
export function PardonDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const queries = useQueryClient()
  const pardon = async () => {
    await pardonDevice(id)
    await queries.invalidateQueries({ queryKey: ['devices'] })
  }
  return (
    <FormDialog
      title="Pardon this device"
      act="Pardon device"
      keep="Keep it barred"
      onAct={pardon}
      onClose={onClose}
    >
      <p>
        <span className="mono">{id}</span> may join again. It is not back by that alone: it enrols
        anew, with a token that still has uses left. If it was stolen, whoever has it can do so too.
      </p>
    </FormDialog>
  )
}
