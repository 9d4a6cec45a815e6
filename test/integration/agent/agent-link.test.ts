import { generateKeyPair } from '@kedge/shared/trust/keys'
import { topics } from '@kedge/shared/protocol/topics'
import type { Envelope } from '@kedge/shared/trust/dsse'
import { systemClock } from '@kedge/shared/util/clock'
import { systemEntropy } from '@kedge/shared/util/entropy'
import { silentLog } from '../../../edge-agent/src/config/agent-log.js'
import { openAgentLink } from '../../../edge-agent/src/link/open-agent-link.js'
import { describeContract } from '../../contract/describe-contract.js'
import { linkContract } from '../../contract/link.suite.js'
import { openBrokerHouse } from '../broker/broker-house.js'

const device = 'd-0123456789abcdef0123'

describeContract('the agent’s MQTT link', linkContract, async () => {
  const authenticator = { authenticate: () => Promise.resolve(true) }
  const house = await openBrokerHouse({ authenticator })
  const enrolment = { device, fleet: 'f-1', root: '', brokerUrl: house.url }
  const keys = await generateKeyPair(true)
  const world = { clock: systemClock, entropy: systemEntropy, log: silentLog }
  const link = openAgentLink({ ...world, enrolment, keys })
  return {
    link,
    device,
    putBlob: (bytes: Uint8Array) => house.source.put(bytes),
    async setDesired(document: unknown) {
      house.source.desiredStates.set(device, document as Envelope)
      await house.broker.publish(topics.desired(device), document as Envelope)
    },
    presences: () => Promise.resolve(house.messages.presences.map(([, state]) => state)),
    cut: () => house.broker.disconnect(device),
    async [Symbol.asyncDispose]() {
      await link[Symbol.asyncDispose]()
      await house[Symbol.asyncDispose]()
    },
  }
})
