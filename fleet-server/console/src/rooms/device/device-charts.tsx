import { getRouteApi, Link } from '@tanstack/react-router'
import type { Device } from '../../api/documents.js'
import { ModelCharts } from '../../charts/model-charts.js'
import { RangeSwitch } from '../../charts/range-switch.js'
import { rangeOf } from '../../charts/ranges.js'
import { Section } from '../../parts/page.js'
import { slotStandings } from '../../parts/slot-standing.js'
import classes from './device-room.module.css'

const route = getRouteApi('/devices/$device')

/** How one model does on this device; another model is a link away. */
export function DeviceCharts({ device }: { device: Device }) {
  const search = route.useSearch()
  const models = slotStandings(device).map((slot) => slot.model)
  const model = models.find((name) => name === search.model) ?? models[0]
  if (model === undefined) return null
  const range = rangeOf(search.range)
  return (
    <Section title={`${model} on this device`} note={<RangeSwitch current={range} />}>
      {models.length > 1 && <ModelLinks models={models} current={model} />}
      <ModelCharts device={device.id} model={model} range={range} />
    </Section>
  )
}

const ModelLinks = ({ models, current }: { models: readonly string[]; current: string }) => (
  <nav className={classes.models} aria-label="Model">
    {models.map((model) => (
      <Link
        key={model}
        to="."
        search={(search) => ({ ...search, model })}
        replace
        resetScroll={false}
        activeProps={{}}
        aria-current={model === current ? 'true' : undefined}
      >
        {model}
      </Link>
    ))}
  </nav>
)
