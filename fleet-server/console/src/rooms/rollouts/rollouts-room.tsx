import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import type { Rollout } from '../../api/documents.js'
import { rolloutsQuery } from '../../api/queries.js'
import { useCan } from '../../api/session.js'
import { type Column, DataTable } from '../../parts/data-table.js'
import { formatCount } from '../../parts/format.js'
import { HeldRows } from '../../parts/list-foot.js'
import { EmptyPage } from '../../parts/notices.js'
import { Page } from '../../parts/page.js'
import { PagedList, rowsOf } from '../../parts/paged-list.js'
import { StackedBar } from '../../parts/stacked-bar.js'
import { useSteadyRows } from '../../parts/steady-rows.js'
import { TimeAgo } from '../../parts/time-ago.js'
import classes from '../lists.module.css'
import { RolloutMark, sharesOf } from './rollout-marks.js'

const columns: readonly Column<Rollout>[] = [
  {
    key: 'what',
    head: 'Rollout',
    phone: 'lead',
    cell: (rollout) => (
      <>
        <Link to="/rollouts/$rollout" params={{ rollout: rollout.id }} data-row>
          {rollout.model} {rollout.version}
        </Link>
        {rollout.name !== `${rollout.model}@${rollout.version}` && (
          <div className={classes.under}>{rollout.name}</div>
        )}
      </>
    ),
  },
  {
    key: 'state',
    head: 'State',
    width: '120px',
    phone: 'corner',
    cell: (rollout) => <RolloutMark {...rollout} />,
  },
  {
    key: 'select',
    head: 'Devices that match',
    width: '22%',
    phone: 'bare',
    cell: (rollout) => <code className="soft">{rollout.select}</code>,
  },
  {
    key: 'progress',
    head: 'Progress',
    width: '30%',
    phone: 'bare',
    cell: (rollout) => <Progress {...rollout} />,
  },
  {
    key: 'created',
    head: 'Created',
    width: '100px',
    align: 'end',
    phone: 'bare',
    cell: (rollout) => <TimeAgo at={rollout.createdAt} />,
  },
]

const idOf = (rollout: Rollout) => rollout.id

/** Every rollout, newest first. */
export function RolloutsRoom() {
  const can = useCan()
  const navigate = useNavigate()
  const query = useInfiniteQuery(rolloutsQuery())
  const steady = useSteadyRows(rowsOf(query), idOf, '')
  return (
    <Page
      title="Rollouts"
      standing={<HeldRows held={steady.held} onShow={steady.show} />}
      actions={
        can('rollout.create') && (
          <Button onClick={() => void navigate({ to: '/rollouts/new' })}>New rollout</Button>
        )
      }
    >
      <PagedList
        query={query}
        rows={steady.rows}
        word="rollout"
        words="rollouts"
        expected={6}
        empty={<NoRollouts />}
      >
        {(rows) => <DataTable label="Rollouts" columns={columns} rows={rows} rowKey={idOf} />}
      </PagedList>
    </Page>
  )
}

function Progress({ counts, model, version }: Rollout) {
  if (counts.matched === 0) return <span className="quiet">decides for no device</span>
  return (
    <>
      {formatCount(counts.active)} of {formatCount(counts.matched)} active
      {counts.failed > 0 && `, ${formatCount(counts.failed)} failed`}
      <StackedBar compact shares={sharesOf(counts)} of={`${model} ${version}`} />
    </>
  )
}

const NoRollouts = () => (
  <EmptyPage
    title="No rollouts yet"
    commands={['kedge rollout create --model my-model@1.0.0 --select site=berlin']}
  >
    <p>
      A rollout gives one version of a model to every device whose labels match its selector, also
      to those that match later.
    </p>
  </EmptyPage>
)
