import { Link } from '@tanstack/react-router'
import type { Device } from '../../api/documents.js'
import type { Column } from '../../parts/data-table.js'
import { Labels } from '../../parts/labels.js'
import { Mark } from '../../parts/mark.js'
import { deviceName, LastSeen, Presence } from '../../parts/presence.js'
import { meaningOf } from '../../parts/problem-words.js'
import { SlotLine } from '../../parts/slot-line.js'
import { slotStandings } from '../../parts/slot-standing.js'
import classes from '../lists.module.css'

export const deviceColumns: readonly Column<Device>[] = [
  {
    key: 'device',
    head: 'Device',
    width: '26%',
    phone: 'lead',
    cell: (device) => <DeviceCell device={device} />,
  },
  {
    key: 'presence',
    head: 'Presence',
    width: '96px',
    phone: 'corner',
    cell: (device) => <Presence {...device} />,
  },
  { key: 'runs', head: 'Runs', phone: 'bare', cell: (device) => <RunsCell device={device} /> },
  {
    key: 'labels',
    head: 'Labels',
    width: '22%',
    phone: 'bare',
    cell: (device) => <Labels labels={withoutName(device.labels)} />,
  },
  {
    key: 'seen',
    head: 'Last seen',
    width: '104px',
    phone: 'hide',
    align: 'end',
    cell: (device) => <LastSeen device={device} />,
  },
]

function DeviceCell({ device }: { device: Device }) {
  const name = deviceName(device)
  return (
    <>
      <Link to="/devices/$device" params={{ device: device.id }} data-row className={classes.name}>
        {name}
      </Link>
      <div className={classes.under}>
        {device.kind}
        {name !== device.id && <span className="mono"> {device.id}</span>}
      </div>
    </>
  )
}

function RunsCell({ device }: { device: Device }) {
  const slots = slotStandings(device)
  if (device.alarm !== null) {
    return (
      <Mark tone="bad" shape="alert">
        {meaningOf(device.alarm.code) ?? device.alarm.message}
      </Mark>
    )
  }
  if (slots.length === 0) return <span className="quiet">nothing</span>
  return slots.map((slot) => <SlotLine key={slot.model} slot={slot} />)
}

/** The name is in the first column already. */
function withoutName({ name: _name, ...rest }: Device['labels']): Device['labels'] {
  return rest
}
