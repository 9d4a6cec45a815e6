import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { WaitingDevice } from '../../api/documents.js'
import { approveDevice, rejectDevice, waitingDevicesQuery } from '../../api/membership.js'
import { useCan } from '../../api/session.js'
import { type Column, DataTable } from '../../parts/data-table.js'
import { plural } from '../../parts/format.js'
import { Labels } from '../../parts/labels.js'
import { ErrorNote } from '../../parts/notices.js'
import { Section } from '../../parts/page.js'
import { deviceName } from '../../parts/presence.js'
import { TimeAgo } from '../../parts/time-ago.js'
import classes from '../lists.module.css'

type Judge = (verdict: 'approve' | 'reject', id: string) => void

/** Devices that ask to join by a token that needs an operator's word; nothing while there are none. */
export function WaitingDevices() {
  const can = useCan()
  const queries = useQueryClient()
  const isAllowed = can('enrolment.read')
  const { data, error } = useQuery({ ...waitingDevicesQuery(), enabled: isAllowed })
  const waiting = data?.items ?? []
  const judge = useMutation({
    mutationFn: ({
      verdict,
      id,
    }: {
      verdict: 'approve' | 'reject'
      id: string
    }): Promise<unknown> => (verdict === 'approve' ? approveDevice(id) : rejectDevice(id)),
    onSettled: () => queries.invalidateQueries({ queryKey: ['devices'] }),
  })
  const failure = judge.error ?? error
  if (waiting.length === 0 && failure === null) return null
  const act: Judge | undefined = can('enrolment.manage')
    ? (verdict, id) => judge.mutate({ verdict, id })
    : undefined
  return (
    <Section
      title={`${plural(waiting.length, 'device waits', 'devices wait')} for approval`}
      note="compare the id with what the device shows"
    >
      {failure !== null && <ErrorNote error={failure} />}
      <DataTable
        label="Waiting devices"
        columns={columnsWith(act)}
        rows={waiting}
        rowKey={({ id }) => id}
      />
    </Section>
  )
}

const columnsWith = (judge: Judge | undefined): readonly Column<WaitingDevice>[] => [
  {
    key: 'device',
    head: 'Device',
    phone: 'lead',
    cell: (device) => (
      <>
        <b>{deviceName(device)}</b>
        <div className={classes.under}>
          {device.kind} <span className="mono">{device.id}</span>
        </div>
      </>
    ),
  },
  {
    key: 'labels',
    head: 'Labels',
    width: '24%',
    phone: 'bare',
    cell: ({ labels }) => <Labels labels={labels} />,
  },
  {
    key: 'from',
    head: 'Comes from',
    width: '20%',
    cell: ({ address, token }) => (
      <>
        {address}
        <div className="quiet small mono">{token}</div>
      </>
    ),
  },
  {
    key: 'asked',
    head: 'Asked',
    width: '104px',
    align: 'end',
    cell: ({ askedAt }) => <TimeAgo at={askedAt} />,
  },
  {
    key: 'act',
    head: 'Actions',
    width: '178px',
    align: 'end',
    phone: 'bare',
    cell: (device) => judge && <Verdicts device={device} judge={judge} />,
  },
]

const Verdicts = ({ device, judge }: { device: WaitingDevice; judge: Judge }) => (
  <div className={classes.verdicts}>
    <Button
      size="compact-xs"
      aria-label={`Approve ${deviceName(device)}`}
      onClick={() => judge('approve', device.id)}
    >
      Approve
    </Button>
    <Button
      size="compact-xs"
      variant="default"
      aria-label={`Reject ${deviceName(device)}`}
      title="Its key may not join again"
      onClick={() => judge('reject', device.id)}
    >
      Reject
    </Button>
  </div>
)
