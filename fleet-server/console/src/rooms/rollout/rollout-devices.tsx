import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { Rollout, RolloutDevice } from '../../api/documents.js'
import { rolloutDevicesQuery } from '../../api/queries.js'
import { type Column, DataTable } from '../../parts/data-table.js'
import { formatCount } from '../../parts/format.js'
import { Mark } from '../../parts/mark.js'
import type { Shape, Tone } from '../../parts/tone.js'
import { Section } from '../../parts/page.js'
import { PagedList } from '../../parts/paged-list.js'
import { Presence } from '../../parts/presence.js'
import { shareOf } from '../../parts/slot-line.js'
import { TimeAgo } from '../../parts/time-ago.js'
import { sharesOf } from '../rollouts/rollout-marks.js'
import { useDeviceNames } from './device-names.js'
import classes from './rollout-room.module.css'

const route = getRouteApi('/rollouts/$rollout')

/** What the legend of the bar leads to. */
const states = ['active', 'working', 'failed', 'waiting'] as const

interface NamedDevice extends RolloutDevice {
  readonly name: string
}

const columns: readonly Column<NamedDevice>[] = [
  {
    key: 'device',
    head: 'Device',
    width: '26%',
    phone: 'lead',
    cell: ({ device, name }) => (
      <>
        <Link to="/devices/$device" params={{ device }} data-row>
          {name}
        </Link>
        {name !== device && <div className="quiet small mono">{device}</div>}
      </>
    ),
  },
  {
    key: 'presence',
    head: 'Presence',
    width: '100px',
    phone: 'corner',
    cell: (row) => <Presence {...row} />,
  },
  {
    key: 'state',
    head: 'State',
    width: '170px',
    phone: 'bare',
    cell: (row) => <StateMark row={row} />,
  },
  { key: 'why', head: 'Why', phone: 'bare', cell: (row) => <Reason row={row} /> },
  {
    key: 'since',
    head: 'Since',
    width: '104px',
    align: 'end',
    cell: (row) => <TimeAgo at={row.since} />,
  },
]

/** The devices it decides for, with the reason wherever one does not go on. */
export function RolloutDevices({ rollout }: { rollout: Rollout }) {
  const { state = '' } = route.useSearch()
  const filter = states.find((known) => known === state)
  const query = useInfiniteQuery(rolloutDevicesQuery(rollout.id, filter))
  const names = useDeviceNames(rollout)
  return (
    <Section title="Devices" note={<StateFilter rollout={rollout} current={state} />}>
      <PagedList query={query} word="device" words="devices" empty={<NoneIn state={state} />}>
        {(rows) => (
          <DataTable
            label="Devices"
            columns={columns}
            rows={rows.map((row) => ({ ...row, name: names.get(row.device) ?? row.device }))}
            rowKey={(row) => row.device}
          />
        )}
      </PagedList>
    </Section>
  )
}

const NoneIn = ({ state }: { state: string }) => (
  <p className="quiet">{state === '' ? 'No device matches yet.' : `No device is ${state}.`}</p>
)

const StateFilter = ({ rollout, current }: { rollout: Rollout; current: string }) => (
  <nav className={classes.filter} aria-label="Devices by state">
    {[{ key: '', word: 'all', count: rollout.counts.matched }, ...sharesOf(rollout.counts)].map(
      ({ key, word, count }) => (
        <Link
          key={key}
          to="."
          search={key === '' ? {} : { state: key }}
          replace
          resetScroll={false}
          activeProps={{}}
          aria-current={key === current ? 'true' : undefined}
        >
          {word} {formatCount(count)}
        </Link>
      ),
    )}
  </nav>
)

const marks: Partial<Record<RolloutDevice['state'], { tone: Tone; shape: Shape }>> = {
  active: { tone: 'good', shape: 'check' },
  failed: { tone: 'bad', shape: 'alert' },
  waiting: { tone: 'idle', shape: 'dashes' },
}

function StateMark({ row }: { row: RolloutDevice }) {
  const { tone, shape } = marks[row.state] ?? { tone: 'moving', shape: 'half' }
  return (
    <Mark tone={tone} shape={shape}>
      {row.state}
      {row.state === 'downloading' && row.progress !== undefined && ` ${shareOf(row.progress)}`}
    </Mark>
  )
}

function Reason({ row }: { row: RolloutDevice }) {
  if (row.reason !== undefined) {
    return (
      <>
        {row.reason.message} <span className="quiet mono">{row.reason.code}</span>
      </>
    )
  }
  if (row.state === 'waiting') {
    return (
      <span className="soft">
        {row.presence === 'offline' ? 'The device is offline' : 'The device has not answered yet'}
      </span>
    )
  }
  return null
}
