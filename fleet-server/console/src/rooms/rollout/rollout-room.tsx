import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { Rollout } from '../../api/documents.js'
import { rolloutQuery } from '../../api/queries.js'
import { Facts } from '../../parts/facts.js'
import { formatCount, shortHash } from '../../parts/format.js'
import { Loaded } from '../../parts/loaded.js'
import { Page, Section } from '../../parts/page.js'
import { StackedBar } from '../../parts/stacked-bar.js'
import { TimeAgo } from '../../parts/time-ago.js'
import { RolloutMark, sharesOf } from '../rollouts/rollout-marks.js'
import { RolloutActions } from './rollout-actions.js'
import { RolloutDevices } from './rollout-devices.js'

const route = getRouteApi('/rollouts/$rollout')

/** One rollout: how far it is, where and why it does not go on, and what can be done. */
export function RolloutRoom() {
  const { rollout: id } = route.useParams()
  const query = useQuery(rolloutQuery(id))
  const rollout = query.data
  return (
    <Page
      title={rollout === undefined ? id : `${rollout.model} ${rollout.version}`}
      up={{ to: '/rollouts', label: 'Rollouts' }}
      standing={rollout !== undefined && <RolloutMark {...rollout} />}
      actions={rollout !== undefined && <RolloutActions rollout={rollout} />}
    >
      <Loaded query={query} rows={10}>
        {(data) => (
          <>
            <Progress rollout={data} />
            <RolloutDevices rollout={data} />
            <What rollout={data} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Progress({ rollout }: { rollout: Rollout }) {
  const { counts, model, version } = rollout
  const says = `${formatCount(counts.active)} of ${formatCount(counts.matched)} devices run ${version}`
  return (
    <Section title={counts.matched === 0 ? 'It decides for no device now' : says}>
      <StackedBar shares={sharesOf(counts)} of={`${model} ${version}`} />
      <span className="unseen" aria-live="polite">
        {rollout.state}: {says}, {formatCount(counts.failed)} failed
      </span>
    </Section>
  )
}

const What = ({ rollout }: { rollout: Rollout }) => (
  <Section title="What it does">
    <Facts
      items={[
        ['Name', rollout.name],
        [
          'Model',
          <Link key="model" to="/models/$model" params={{ model: rollout.model }}>
            {rollout.model}
          </Link>,
        ],
        ['Version', rollout.version],
        [
          'Devices that match',
          <Link
            key="select"
            to="/"
            search={rollout.select === '*' ? {} : { select: rollout.select }}
          >
            <code>{rollout.select}</code>
          </Link>,
        ],
        ['Created', <TimeAgo key="created" at={rollout.createdAt} />],
        ['Id', <code key="id">{rollout.id}</code>],
        [
          'Release digest',
          <span key="sha" className="mono" title={rollout.release}>
            {shortHash(rollout.release)}
          </span>,
        ],
      ]}
    />
  </Section>
)
