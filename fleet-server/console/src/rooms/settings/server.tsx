import { useQuery } from '@tanstack/react-query'
import { serverQuery } from '../../api/queries.js'
import { Facts } from '../../parts/facts.js'
import { formatCount } from '../../parts/format.js'
import { Loaded } from '../../parts/loaded.js'
import { Section } from '../../parts/page.js'
import { TimeAgo } from '../../parts/time-ago.js'

/** The server itself and what it has met since it started. */
export function Server() {
  const query = useQuery(serverQuery())
  return (
    <Section title="Server">
      <Loaded query={query} rows={3}>
        {(server) => (
          <Facts
            items={[
              ['Version', server.version],
              [
                'Fleet',
                <span key="fleet" className="mono">
                  {server.fleet}
                </span>,
              ],
              ['Started', <TimeAgo key="started" at={server.startedAt} />],
              [
                'Agents connect to',
                <span key="broker" className="mono">
                  {server.brokerUrl}
                </span>,
              ],
              [
                'Devices',
                `${formatCount(server.counts.devices)}, ${formatCount(server.counts.online)} online`,
              ],
              ['Models', formatCount(server.counts.models)],
              ['Rollouts', formatCount(server.counts.rollouts)],
              [
                'Refused since the start',
                `${formatCount(server.refused.mqtt)} MQTT, ${formatCount(server.refused.http)} HTTP`,
              ],
              [
                'API',
                <a key="api" href="/api/v1/openapi.json">
                  openapi.json
                </a>,
              ],
            ]}
          />
        )}
      </Loaded>
    </Section>
  )
}
