import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { Device } from '../../api/documents.js'
import { ApiError } from '../../api/problem.js'
import { deviceQuery } from '../../api/queries.js'
import { formatBytes } from '@kedge/shared/util/units'
import { Facts } from '../../parts/facts.js'
import { formatSpan } from '../../parts/format.js'
import { Labels } from '../../parts/labels.js'
import { Loaded } from '../../parts/loaded.js'
import { Mark } from '../../parts/mark.js'
import { Page, Section } from '../../parts/page.js'
import { deviceName, LastSeen, Presence } from '../../parts/presence.js'
import { SpanSince, TimeAgo } from '../../parts/time-ago.js'
import { DeviceActions } from './device-actions.js'
import { DeviceCharts } from './device-charts.js'
import { DeviceProblems } from './device-problems.js'
import { NoMember } from './no-member.js'
import { SlotTable } from './slot-table.js'
import { StateDocuments } from './state-documents.js'
import classes from './device-room.module.css'

const route = getRouteApi('/devices/$device')

/** One device: what it is, what it runs, why not what it should, and how well. */
export function DeviceRoom() {
  const { device: id } = route.useParams()
  const query = useQuery(deviceQuery(id))
  const isGone = query.error instanceof ApiError && query.error.status === 404
  const device = isGone ? undefined : query.data
  return (
    <Page
      title={device === undefined ? id : deviceName(device)}
      up={{ to: '/', label: 'Fleet' }}
      standing={device !== undefined && <Standing device={device} />}
      actions={device !== undefined && <DeviceActions device={device} />}
    >
      {isGone ? (
        <NoMember id={id} />
      ) : (
        <Loaded query={query} rows={9}>
          {(data) => <Member device={data} />}
        </Loaded>
      )}
    </Page>
  )
}

function Member({ device }: { device: Device }) {
  const { reported } = device
  return (
    <>
      {reported?.stale === true && <StaleNote since={reported.at} />}
      <DeviceProblems device={device} />
      <SlotTable device={device} />
      <DeviceCharts device={device} />
      <Identity device={device} />
      <StateDocuments device={device} />
    </>
  )
}

const Standing = ({ device }: { device: Device }) => (
  <span aria-live="polite">
    <Presence {...device} />{' '}
    <span className="quiet">
      for <SpanSince at={device.presenceSince} />
    </span>
  </span>
)

const StaleNote = ({ since }: { since: number }) => (
  <p className={classes.stale}>
    <Mark tone="warn" shape="alert">
      <b>Stale.</b>
    </Mark>{' '}
    What this device goes by has expired, as it said <TimeAgo at={since} />. It infers on, and
    changes nothing before it hears from the server again: look at its connection, and whether its
    clock and the server&apos;s agree.
  </p>
)

function Identity({ device }: { device: Device }) {
  const { reported } = device
  const does = reported?.capabilities
  return (
    <Section title="Identity and capabilities">
      <Facts
        items={[
          [
            'Id',
            <span className="mono" key="id">
              {device.id}
            </span>,
          ],
          ['Kind', device.kind],
          ['Labels', <Labels key="labels" labels={device.labels} />],
          ['Enrolled', <TimeAgo key="enrolled" at={device.enrolledAt} />],
          ['Last seen', <LastSeen key="seen" device={device} />],
          ...(reported === null || does === undefined
            ? ([['Reported', 'nothing yet']] as const)
            : ([
                ['Software', `${reported.agent.name} ${reported.agent.version}`],
                ['Started', <TimeAgo key="booted" at={reported.bootedAt} />],
                ['Platform', `${does.runtime} on ${does.os} ${does.arch}`],
                ['Processor', `${does.cores} cores${memoryOf(does.memoryBytes)}`],
                [
                  'Inference',
                  `${does.engine.name} ${does.engine.version}: ${does.providers.join(', ')}`,
                ],
                ['Storage', storageOf(reported.storage)],
                ['Trust root', rootOf(reported)],
                ['Time', clockOf(reported)],
              ] as const)),
        ]}
      />
    </Section>
  )
}

const clockWords = {
  system: 'its own clock',
  fleet: 'the answer of this server, for its own clock is wrong',
  signed: 'the newest time that was signed, for its own clock is behind',
} as const

function clockOf({ clock }: NonNullable<Device['reported']>): string {
  const off = Math.abs(clock.offset)
  const apart =
    off < 1_000 ? '' : `; its own is ${formatSpan(off)} ${clock.offset > 0 ? 'behind' : 'ahead'}`
  return `goes by ${clockWords[clock.source]}${apart}`
}

const rootOf = ({ rootVersion, stale }: NonNullable<Device['reported']>): string =>
  `version ${rootVersion}${stale ? ', stale' : ''}`

const memoryOf = (bytes: number | undefined) =>
  bytes === undefined ? '' : `, ${formatBytes(bytes)} memory`

const storageOf = ({ usedBytes, freeBytes }: { usedBytes: number; freeBytes: number }) =>
  `${formatBytes(usedBytes)} used, ${formatBytes(freeBytes)} free`
