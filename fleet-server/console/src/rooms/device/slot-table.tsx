import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Device, ExplainedSlot } from '../../api/documents.js'
import { explainQuery } from '../../api/queries.js'
import { type Column, DataTable } from '../../parts/data-table.js'
import { formatBytes } from '@kedge/shared/util/units'
import { Mark } from '../../parts/mark.js'
import { EmptyPage } from '../../parts/notices.js'
import { Section } from '../../parts/page.js'
import { adviceOn, meaningOf } from '../../parts/problem-words.js'
import { shareOf } from '../../parts/slot-line.js'
import { slotStandings, type SlotStanding } from '../../parts/slot-standing.js'
import { TimeAgo } from '../../parts/time-ago.js'

interface SlotRow extends SlotStanding {
  readonly since: number | undefined
  readonly provider: string | undefined
  readonly mode: string | undefined
  readonly rollout: string | undefined
  /** The server's own sentence on where this slot stands and why. */
  readonly says: string | undefined
}

const columns: readonly Column<SlotRow>[] = [
  {
    key: 'model',
    head: 'Slot',
    width: '17%',
    phone: 'lead',
    cell: (row) => (
      <Link to="/models/$model" params={{ model: row.model }} data-row>
        {row.model}
      </Link>
    ),
  },
  {
    key: 'runs',
    head: 'Runs',
    width: '15%',
    cell: (row) => (
      <>
        {row.running ?? <span className="quiet">nothing</span>}
        {row.provider !== undefined && <span className="quiet small"> on {row.provider}</span>}
      </>
    ),
  },
  { key: 'desired', head: 'Desired', width: '15%', cell: (row) => <DesiredCell row={row} /> },
  {
    key: 'state',
    head: 'State',
    width: '15%',
    cell: (row) => (
      <>
        <Mark tone={row.tone} shape={row.shape}>
          {row.word}
        </Mark>
        {row.progress !== undefined && (
          <div className="quiet small">
            {shareOf(row.progress)} of {formatBytes(row.progress.total)}
          </div>
        )}
      </>
    ),
  },
  {
    key: 'why',
    head: 'Why',
    cell: (row) => <Why row={row} />,
  },
  {
    key: 'since',
    head: 'Since',
    width: '104px',
    align: 'end',
    cell: (row) => (row.since === undefined ? '' : <TimeAgo at={row.since} />),
  },
]

/** One reason: the device's own where it has one, else what the server can tell. */
const Why = ({ row }: { row: SlotRow }) =>
  row.reason === undefined ? (
    <span className="soft">{row.says ?? ''}</span>
  ) : (
    <>
      {row.reason.message} <span className="quiet mono">{row.reason.code}</span>
      <div className="soft small">
        {meaningOf(row.reason.code)} {adviceOn(row.reason.code)}
      </div>
    </>
  )

const DesiredCell = ({ row }: { row: SlotRow }) =>
  row.target === undefined ? (
    <span className="quiet">nothing</span>
  ) : (
    <>
      {row.target}
      {row.mode !== 'active' && <span className="quiet small"> {row.mode}</span>}
    </>
  )

/** Every slot with its state and the single reason for it. */
export function SlotTable({ device }: { device: Device }) {
  const { data } = useQuery(explainQuery(device.id))
  const rows = rowsOf(device, data?.items ?? [])
  const elsewhere = (data?.items ?? []).filter(
    (item) => item.verdict === 'not-targeted' && !rows.some((row) => row.model === item.slot),
  )
  return (
    <Section
      title="Slots"
      note={
        device.reported !== null && (
          <>
            reported <TimeAgo at={device.reported.at} />
          </>
        )
      }
    >
      {rows.length === 0 ? (
        <EmptyPage
          title="No rollout selects this device"
          commands={['kedge rollout create --model NAME@VERSION --select SELECTOR']}
        />
      ) : (
        <DataTable label="Slots" columns={columns} rows={rows} rowKey={(row) => row.model} />
      )}
      {elsewhere.map((item) => (
        <p key={item.slot} className="quiet small">
          {item.slot}: {item.says}
        </p>
      ))}
    </Section>
  )
}

function rowsOf(device: Device, explained: readonly ExplainedSlot[]): SlotRow[] {
  return slotStandings(device).map((standing) => {
    const desired = device.desired?.slots[standing.model]
    const reported = device.reported?.slots[standing.model]
    return {
      ...standing,
      since: reported?.deployment?.since ?? reported?.running?.since,
      provider: reported?.running?.provider,
      mode: desired?.mode,
      rollout: desired?.rollout,
      says: explained.find((item) => item.slot === standing.model)?.says,
    }
  })
}
