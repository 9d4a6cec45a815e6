import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useCallback } from 'react'
import type { Device } from '../../api/documents.js'
import { devicesQuery, serverQuery } from '../../api/queries.js'
import { DataTable } from '../../parts/data-table.js'
import { formatCount } from '../../parts/format.js'
import { HeldRows } from '../../parts/list-foot.js'
import { EmptyPage } from '../../parts/notices.js'
import { Page } from '../../parts/page.js'
import { PagedList, rowsOf } from '../../parts/paged-list.js'
import { SelectorFilter } from '../../parts/selector-filter.js'
import { useSteadyRows } from '../../parts/steady-rows.js'
import classes from '../lists.module.css'
import { deviceColumns } from './device-columns.js'
import { WaitingDevices } from './waiting-devices.js'

const route = getRouteApi('/')
const idOf = (device: Device) => device.id

/** Every device: whether it is there, what it runs and why not. */
export function FleetRoom() {
  const { select = '' } = route.useSearch()
  const navigate = useNavigate()
  const filter = useCallback(
    (next: string) =>
      void navigate({ to: '/', search: next === '' ? {} : { select: next }, replace: true }),
    [navigate],
  )
  return (
    <Page title="Fleet" standing={<FleetCounts />}>
      <WaitingDevices />
      <div className={classes.list}>
        <Devices select={select}>
          <SelectorFilter value={select} onChange={filter} label="Filter devices by label" />
        </Devices>
      </div>
    </Page>
  )
}

function FleetCounts() {
  const { data } = useQuery(serverQuery())
  if (data === undefined || data.counts.devices === 0) return null
  return (
    <span className="soft" aria-live="polite">
      {formatCount(data.counts.online)} of {formatCount(data.counts.devices)} online
    </span>
  )
}

/** The list with its filter, which stays where it is whatever the list has become. */
function Devices({ select, children }: { select: string; children: ReactNode }) {
  const query = useInfiniteQuery(devicesQuery(select))
  const steady = useSteadyRows(rowsOf(query), idOf, select)
  return (
    <>
      <div className={classes.tools} role="search">
        {children}
        <HeldRows held={steady.held} onShow={steady.show} />
      </div>
      <PagedList
        query={query}
        rows={steady.rows}
        word="device"
        words="devices"
        expected={12}
        empty={select === '' ? <NoDevices /> : <NoMatch select={select} />}
      >
        {(rows) => <DataTable label="Devices" columns={deviceColumns} rows={rows} rowKey={idOf} />}
      </PagedList>
    </>
  )
}

const NoMatch = ({ select }: { select: string }) => (
  <EmptyPage title="No device matches">
    <p>
      No device has labels that fit <code>{select}</code>. Conditions are joined by commas that mean
      “and”.
    </p>
  </EmptyPage>
)

const NoDevices = () => (
  <EmptyPage
    title="No devices yet"
    commands={[
      'kedge token create --label site=berlin',
      'kedge-agent enrol --token TOKEN --data ./device',
      'kedge-agent run --data ./device',
    ]}
  >
    <p>
      Make an enrolment token, here or in the <Link to="/settings">settings</Link>, then enrol and
      start the agent on the device. A browser joins by itself when it opens a page with the web
      runtime, such as <a href="/demo/gesture/">the gesture demo</a>.
    </p>
  </EmptyPage>
)
