import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { auditQuery } from '../../api/account-queries.js'
import { DataTable } from '../../parts/data-table.js'
import { EmptyPage } from '../../parts/notices.js'
import { Section } from '../../parts/page.js'
import { PagedList, rowsOf } from '../../parts/paged-list.js'
import { auditColumns } from './audit-columns.js'
import { AuditFilterForm } from './audit-filter.js'
import classes from './audit-room.module.css'
import { ChainMark } from './chain-mark.js'
import { WholeTrail } from './whole-trail.js'

const route = getRouteApi('/settings/audit')

/** Who did what, newest first, each row tied to the one before. */
export function AuditRoom() {
  const filter = route.useSearch()
  const navigate = useNavigate()
  const query = useInfiniteQuery(auditQuery(filter))
  const rows = rowsOf(query)
  const isWhole = filter.actor === undefined && filter.action === undefined
  return (
    <Section title="Audit" note="who did what, newest first">
      <div className={classes.head}>
        <AuditFilterForm
          filter={filter}
          onChange={(next) => void navigate({ to: '/settings/audit', search: next, replace: true })}
        />
        <span role="status">
          {query.isPlaceholderData ? null : <ChainMark rows={rows} isWhole={isWhole} />}
        </span>
      </div>
      <PagedList query={query} word="row" words="rows" empty={<NoRows />}>
        {(shown) => (
          <DataTable
            label="Audit trail"
            columns={auditColumns}
            rows={shown}
            rowKey={(row) => String(row.n)}
          />
        )}
      </PagedList>
      <WholeTrail />
    </Section>
  )
}

const NoRows = () => (
  <EmptyPage title="No row fits">
    <p>Nothing was done by this actor, or nothing of this kind.</p>
  </EmptyPage>
)
