import type { MqttClient } from 'mqtt'
import { describe, expect, it } from 'vitest'
import { printMosquittoRules } from '../../../fleet-server/src/broker/rules/mosquitto-rules.js'
import { mosquittoMissing, startMosquitto } from '../../support/mosquitto.js'
import {
  ObservedBroker,
  observer,
  type RuledBroker,
  type Verdict,
} from '../../support/ruled-broker.js'
import { server, topicCases, type TopicCase } from '../../support/topic-cases.js'
import { wrongVerdicts } from '../../support/wrong-verdicts.js'
import { connectDevice, openBrokerHouse, password } from './broker-house.js'

describe('one table of topic rules', () => {
  it(`decides ${topicCases.length} cases on the embedded broker`, async () => {
    await using broker = await openEmbedded()
    // Nobody is the server there: it needs no connection to itself.
    const cases = topicCases.map((one) =>
      one.who === server ? { ...one, expected: 'deny' as const } : one,
    )
    expect(await wrongVerdicts(broker, cases)).toEqual([])
  })

  // CI has Mosquitto, and may not go without.
  it.skipIf(mosquittoMissing !== undefined && !process.env['CI'])(
    `decides ${topicCases.length} cases on Mosquitto, which has no rule for some`,
    async () => {
      await using mosquitto = await openMosquitto()
      expect(await wrongVerdicts(mosquitto, topicCases)).toEqual([])
    },
  )
})

async function openMosquitto(): Promise<RuledBroker> {
  const printed = printMosquittoRules({ servers: [server], devices: [] })
  const settings = [...printed.matchAll(/^# {3}([a-z_]+ \w+)$/gm)].map(([, line = '']) => line)
  expect(settings).toHaveLength(3)
  const acl = `${printed}\nuser ${observer}\ntopic readwrite #\n`
  const mosquitto = await startMosquitto({ acl, settings })
  const broker = await ObservedBroker.open({
    url: mosquitto.url,
    cannot: ['wildcards', 'any-name', 'payload', 'retain'],
  })
  return {
    cannot: broker.cannot,
    decide: (one) => broker.decide(one),
    async [Symbol.asyncDispose]() {
      await broker[Symbol.asyncDispose]()
      await mosquitto[Symbol.asyncDispose]()
    },
  }
}

/** The embedded broker says itself what it refuses. */
async function openEmbedded(): Promise<RuledBroker> {
  const house = await openBrokerHouse()
  return {
    cannot: new Set(),
    async decide(one) {
      const will = one.does === 'will' ? willOf(one) : undefined
      const client = await connectDevice(house.url, one.who, { password, ...(will && { will }) })
        .then((connected) => connected.on('error', () => undefined))
        .catch(() => undefined)
      if (!client) return 'deny'
      try {
        if (will) return 'allow'
        return await (one.does === 'publish' ? publishes(client, one) : subscribes(client, one))
      } finally {
        await client.endAsync(true)
      }
    },
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  }
}

const willOf = ({ topic, qos = 1, retain = false }: TopicCase) => ({
  topic,
  payload: Buffer.from('{}'),
  qos,
  retain,
})

async function publishes(client: MqttClient, one: TopicCase): Promise<Verdict> {
  const { topic, qos = 1, retain = false, length = 2 } = one
  const closed = new Promise<Verdict>((resolve) => client.once('close', () => resolve('deny')))
  const taken = async (): Promise<Verdict> => {
    await client.publishAsync(topic, Buffer.alloc(length, '{'), { qos, retain })
    // Nothing acknowledges quality 0; the next answer on the connection shows that it stands.
    await client.subscribeAsync('barrier').catch(() => undefined)
    return client.connected ? 'allow' : 'deny'
  }
  return Promise.race([closed, taken().catch((): Verdict => 'deny')])
}

const subscribes = (client: MqttClient, { topic, qos = 1 }: TopicCase): Promise<Verdict> =>
  new Promise((resolve) => {
    client.subscribe(topic, { qos }, (_error, _granted, packet) =>
      resolve((packet?.granted[0] as number) < 128 ? 'allow' : 'deny'),
    )
  })
