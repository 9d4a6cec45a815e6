import { expect, it } from 'vitest'
import { printNatsRules } from '../../../fleet-server/src/broker/rules/nats-rules.js'
import { natsMissing, startNats } from '../../support/nats-server.js'
import { ObservedBroker, observer } from '../../support/ruled-broker.js'
import { people, server, topicCases } from '../../support/topic-cases.js'
import { wrongVerdicts } from '../../support/wrong-verdicts.js'

const password = 'one-for-all'

it.skipIf(natsMissing)(
  `NATS decides ${topicCases.length} cases, and has no rule for some`,
  async () => {
    const devices = people.filter((who) => who !== server)
    const printed = printNatsRules({ servers: [server], devices })
    const eyes = `  users = [\n    { user: ${observer}, password: $KEDGE_PASSWORD }`
    await using nats = await startNats(printed.replace('  users = [', eyes), password)
    const cannot = ['any-name', 'payload', 'retain'] as const
    await using broker = await ObservedBroker.open({ url: nats.url, cannot, password })
    expect(await wrongVerdicts(broker, topicCases)).toEqual([])
  },
)
