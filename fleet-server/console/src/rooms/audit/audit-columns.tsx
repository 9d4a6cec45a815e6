import { Link } from '@tanstack/react-router'
import type { AuditRecord } from '../../api/documents.js'
import type { Column } from '../../parts/data-table.js'
import { formatCount, shortHash } from '../../parts/format.js'
import { TimeAgo } from '../../parts/time-ago.js'
import classes from './audit-room.module.css'

export const auditColumns: readonly Column<AuditRecord>[] = [
  {
    key: 'n',
    head: 'Row',
    width: '72px',
    align: 'end',
    phone: 'corner',
    cell: ({ n }) => <span className="quiet">{formatCount(n)}</span>,
  },
  {
    key: 'did',
    head: 'Did',
    phone: 'lead',
    cell: ({ action, object }) => (
      <>
        <b>{action}</b>
        <div className="soft mono">{object}</div>
      </>
    ),
  },
  { key: 'who', head: 'Who', width: '26%', cell: (row) => <Who row={row} /> },
  {
    key: 'when',
    head: 'When',
    width: '104px',
    cell: ({ at }) => <TimeAgo at={at} />,
  },
  { key: 'digests', head: 'Digests', width: '24%', cell: (row) => <Digests row={row} /> },
]

function Who({ row }: { row: AuditRecord }) {
  const { actor } = row
  const isNamed = actor.name !== ''
  return (
    <>
      {isNamed ? (
        <Link
          to="/settings/audit"
          search={(before) => ({ ...before, actor: actor.name })}
          title={`What ${actor.name} did (${actor.id})`}
        >
          {actor.name}
        </Link>
      ) : (
        actor.kind
      )}
      <div className="quiet small">
        {[isNamed ? actor.kind : '', wayOf(row), row.ip === '' ? '' : `from ${row.ip}`].join(' ')}
      </div>
    </>
  )
}

// A token comes in by itself and a device by its key; people have several ways.
const wayOf = ({ actor, method }: AuditRecord): string =>
  method === 'none' || actor.kind === 'token' || actor.kind === 'device' ? '' : `by ${method}`

/** What was there before and after, without saying it: equal documents have equal digests. */
function Digests({ row }: { row: AuditRecord }) {
  const lines = [
    ['before', row.before],
    ['after', row.after],
    ['row', row.hash],
  ] as const
  return (
    <dl className={classes.digests}>
      {lines.map(
        ([name, digest]) =>
          digest !== undefined && (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="mono" title={digest}>
                {shortHash(digest)}
              </dd>
            </div>
          ),
      )}
    </dl>
  )
}
