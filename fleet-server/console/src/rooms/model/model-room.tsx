import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { modelQuery, releasesOfQuery } from '../../api/queries.js'
import { useCan } from '../../api/session.js'
import { ModelCharts } from '../../charts/model-charts.js'
import { RangeSwitch } from '../../charts/range-switch.js'
import { rangeOf } from '../../charts/ranges.js'
import { plural } from '../../parts/format.js'
import { Loaded } from '../../parts/loaded.js'
import { Page, Section } from '../../parts/page.js'
import { Interface } from './interface.js'
import { ReleaseTable } from './release-table.js'

const route = getRouteApi('/models/$model')

/** One model: its versions, how each does in the field, and the way to roll one out. */
export function ModelRoom() {
  const { model: name } = route.useParams()
  const range = rangeOf(route.useSearch().range)
  const navigate = useNavigate()
  const can = useCan()
  const model = useQuery(modelQuery(name))
  const releases = useQuery(releasesOfQuery(name))
  const latest = releases.data?.items.find(({ revoked }) => revoked === null)?.version
  const rollOut = () =>
    void navigate({
      to: '/rollouts/new',
      search: { model: name, ...(latest !== undefined && { version: latest }) },
    })
  return (
    <Page
      title={name}
      up={{ to: '/models', label: 'Models' }}
      standing={
        model.data !== undefined && (
          <span className="soft">runs on {plural(model.data.runningOn, 'device')}</span>
        )
      }
      actions={
        can('rollout.create') &&
        latest !== undefined && <Button onClick={rollOut}>Roll out {latest}</Button>
      }
    >
      <Section title="In the field" note={<RangeSwitch current={range} />}>
        <ModelCharts model={name} range={range} />
      </Section>
      <Loaded query={releases}>
        {({ items }) => (
          <>
            <Section title="Versions" note={plural(items.length, 'version')}>
              <ReleaseTable releases={items} />
            </Section>
            {items[0] !== undefined && <Interface release={items[0]} />}
          </>
        )}
      </Loaded>
    </Page>
  )
}
