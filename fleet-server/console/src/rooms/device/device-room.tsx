import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { Device } from '../../api/documents.js'
import { deviceQuery } from '../../api/queries.js'
import { formatBytes } from '@kedge/shared/util/units'
import { Facts } from '../../parts/facts.js'
import { Labels } from '../../parts/labels.js'
import { Loaded } from '../../parts/loaded.js'
import { ErrorNote } from '../../parts/notices.js'
import { Page, Section } from '../../parts/page.js'
import { deviceName, LastSeen, Presence } from '../../parts/presence.js'
import { SpanSince, TimeAgo } from '../../parts/time-ago.js'
import { DeviceCharts } from './device-charts.js'
import { SlotTable } from './slot-table.js'
import { StateDocuments } from './state-documents.js'

const route = getRouteApi('/devices/$device')

/** One device: what it is, what it runs, why not what it should, and how well. */
export function DeviceRoom() {
  const { device: id } = route.useParams()
  const query = useQuery(deviceQuery(id))
  const device = query.data
  return (
    <Page
      title={device === undefined ? id : deviceName(device)}
      up={{ to: '/', label: 'Fleet' }}
      standing={device !== undefined && <Standing device={device} />}
    >
      <Loaded query={query} rows={9}>
        {(data) => (
          <>
            {data.reported?.problems.map((problem) => (
              <ErrorNote key={problem.code} error={new Error(problem.message)} />
            ))}
            <SlotTable device={data} />
            <DeviceCharts device={data} />
            <Identity device={data} />
            <StateDocuments device={data} />
          </>
        )}
      </Loaded>
    </Page>
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
              ] as const)),
        ]}
      />
    </Section>
  )
}

const memoryOf = (bytes: number | undefined) =>
  bytes === undefined ? '' : `, ${formatBytes(bytes)} memory`

const storageOf = ({ usedBytes, freeBytes }: { usedBytes: number; freeBytes: number }) =>
  `${formatBytes(usedBytes)} used, ${formatBytes(freeBytes)} free`
