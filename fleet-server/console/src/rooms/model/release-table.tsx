import { formatBytes } from '@kedge/shared/util/units'
import { useState } from 'react'
import type { Release } from '../../api/documents.js'
import { type Column, DataTable } from '../../parts/data-table.js'
import { formatPercent, plural, significant } from '../../parts/format.js'
import { ReleaseActions } from './release-actions.js'
import { Revoked } from './revocation.js'
import { RevokeDialog } from './revoke-dialog.js'
import { TimeAgo } from '../../parts/time-ago.js'
import classes from './model-room.module.css'

const facts: readonly Column<Release>[] = [
  {
    key: 'version',
    head: 'Version',
    width: '13%',
    phone: 'lead',
    cell: (release) => (
      <>
        <strong>{release.version}</strong>
        <Revoked release={release} />
        {release.manifest.notes !== undefined && (
          <div className="soft small">{release.manifest.notes}</div>
        )}
      </>
    ),
  },
  {
    key: 'size',
    head: 'Size',
    width: '11%',
    align: 'end',
    cell: (release) => formatBytes(release.modelBytes),
  },
  {
    key: 'new',
    head: 'New bytes',
    width: '15%',
    align: 'end',
    cell: (release) => <NewBytes {...release} />,
  },
  {
    key: 'metrics',
    head: "Publisher's evaluation",
    cell: (release) => <Metrics release={release} />,
  },
  {
    key: 'publisher',
    head: 'Publisher',
    width: '13%',
    cell: ({ publisher }) => <span title={`Key ${publisher.id}`}>{publisher.name}</span>,
  },
  {
    key: 'running',
    head: 'Runs on',
    width: '10%',
    align: 'end',
    cell: (release) => plural(release.runningOn, 'device'),
  },
  {
    key: 'created',
    head: 'Published',
    width: '10%',
    align: 'end',
    cell: (release) => <TimeAgo at={release.createdAt} />,
  },
]

/** Versions of one model, newest first. */
export function ReleaseTable({ releases }: { releases: readonly Release[] }) {
  const [leaving, setLeaving] = useState<Release>()
  return (
    <>
      <DataTable
        label="Versions"
        columns={[...facts, actionColumn(setLeaving)]}
        rows={releases}
        rowKey={(release) => release.version}
      />
      {leaving !== undefined && (
        <RevokeDialog release={leaving} onClose={() => setLeaving(undefined)} />
      )}
    </>
  )
}

const actionColumn = (onRevoke: (release: Release) => void): Column<Release> => ({
  key: 'act',
  head: 'Actions',
  width: '148px',
  align: 'end',
  phone: 'bare',
  cell: (release) => <ReleaseActions release={release} onRevoke={onRevoke} />,
})

/** What a device that has the earlier versions must still fetch. */
function NewBytes({ newBytes, modelBytes, chunks }: Release) {
  const share = modelBytes === 0 ? 0 : newBytes / modelBytes
  return (
    <span title={`${newBytes} bytes in chunks that no earlier version has, of ${chunks} chunks`}>
      {formatBytes(newBytes)}{' '}
      <span className="quiet">{formatPercent(Math.min(1, share), share < 0.1 ? 1 : 0)}</span>
    </span>
  )
}

function Metrics({ release }: { release: Release }) {
  const metrics = Object.entries(release.manifest.metrics ?? {})
  if (metrics.length === 0) return <span className="quiet">none given</span>
  return (
    <ul className={classes.metrics}>
      {metrics.map(([name, value]) => (
        <li key={name}>
          <span className="quiet">{name}</span> {significant(value)}
        </li>
      ))}
    </ul>
  )
}
