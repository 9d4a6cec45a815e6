import { topicMap } from '@kedge/shared/protocol/topic-map'
import { topics } from '@kedge/shared/protocol/topics'

/** What some brokers have no rule for. */
export type Need = 'wildcards' | 'any-name' | 'payload' | 'retain' | 'qos'

/** Somebody does something on a broker, which is to allow or to deny it. */
export interface TopicCase {
  readonly who: string
  readonly does: 'publish' | 'will' | 'subscribe'
  readonly topic: string
  readonly expected: 'allow' | 'deny'
  readonly qos?: 0 | 1 | 2
  readonly retain?: boolean
  readonly length?: number
  /** Of a filter: a topic that it matches. */
  readonly probe?: string
  /** Only a broker that can refuse this denies the case. */
  readonly needs?: Need
}

const me = 'd-1'
const other = 'd-2'
export const server = 'kedge-server'
export const people = [me, other, server] as const

const hash = (digit: string) => digit.repeat(64)
const uplinks = ['reported', 'presence', 'telemetry', 'ask'] as const
const downlinks = ['desired', 'ack', 'time'] as const
const meta = (name: string) => `kedge/1/meta/${name}`
const metaNames = [
  'root.json',
  'timestamp.json',
  '1.root.json',
  '42.root.json',
  '7.snapshot.json',
  '2.targets.json',
  '4.model.gesture.json',
  'model.load-forecaster.json',
]

/** Topics that are nobody's, though they look like somebody's. */
const strange = [
  'kedge',
  'kedge/1',
  'kedge/1/d',
  'kedge/1/d/d-1',
  'kedge/1/d/d-1/',
  '/kedge/1/d/d-1/reported',
  'kedge/1/d/d-1/reported/',
  'kedge/1/d/d-1/reported/x',
  'kedge/1/d//reported',
  'kedge//1/d/d-1/reported',
  'kedge/2/d/d-1/reported',
  'Kedge/1/d/d-1/reported',
  'kedge/1/D/d-1/reported',
  'kedge/1/d/D-1/reported',
  'kedge/1/d/d-1/Reported',
  'kedge/1/d/d-1/report',
  'kedge/1/d/d-1/reportedx',
  'kedge/1/d/d-1;/reported',
  'kedge/1/d/d-11/reported',
  'kedge/1/d/d-/reported',
  'kedge/1/d/../d/d-1/reported',
  'kedge/1/d/d-1/../d-2/reported',
  'kedge/1/d/%u/reported',
  'kedge/1/d/%c/reported',
  'kedge/1/d/${username}/reported',
  'kedge/1/d/{{name()}}/reported',
  'kedge.1.d.d-1.reported',
  'kedge/1/d/d‐1/reported',
  'kedge/1/d/d-1/telemetry/0',
  'kedge/1/meta',
  'kedge/1/blob',
  'telemetry',
  'other/d-1/reported',
  'a/b/c/d/e/f/g/h/i/j',
]

const as = (who: string, does: TopicCase['does'], expected: TopicCase['expected']) => {
  return (topic: string, more: Partial<TopicCase> = {}): TopicCase => ({
    who,
    does,
    topic,
    expected,
    ...more,
  })
}

const mayPublish = as(me, 'publish', 'allow')
const mayNotPublish = as(me, 'publish', 'deny')
const mayWill = as(me, 'will', 'allow')
const mayNotWill = as(me, 'will', 'deny')
const mayHear = as(me, 'subscribe', 'allow')
const mayNotHear = as(me, 'subscribe', 'deny')

const publishing: TopicCase[] = [
  ...uplinks.flatMap((kind) =>
    ([0, 1] as const).map((qos) => mayPublish(topics[kind](me).path, { qos })),
  ),
  ...uplinks.map((kind) => as(other, 'publish', 'allow')(topics[kind](other).path)),
  ...uplinks.map((kind) => mayPublish(topics[kind](me).path, { length: topicMap[kind].maxBytes })),
  ...(['reported', 'presence'] as const).map((kind) =>
    mayPublish(topics[kind](me).path, { retain: true }),
  ),
  ...(['telemetry', 'ask'] as const).map((kind) =>
    mayNotPublish(topics[kind](me).path, { retain: true, needs: 'retain' }),
  ),
  ...uplinks.map((kind) => {
    const length = topicMap[kind].maxBytes + 1
    return mayNotPublish(topics[kind](me).path, { length, needs: 'payload' })
  }),
  ...uplinks.map((kind) => mayNotPublish(topics[kind](me).path, { qos: 2, needs: 'qos' })),
  ...uplinks.map((kind) => mayNotPublish(topics[kind](other).path)),
  ...uplinks.map((kind) => mayNotPublish(topics[kind]('d-none').path)),
  ...[me, other].flatMap((id) => [
    ...downlinks.map((kind) => mayNotPublish(topics[kind](id).path)),
    mayNotPublish(topics.desired(id).path, { retain: true }),
  ]),
  ...metaNames.map((name) => mayNotPublish(meta(name), { retain: true })),
  ...['0', 'a'].map((digit) => mayNotPublish(topics.blob(hash(digit)).path, { retain: true })),
  ...strange.map((topic) => mayNotPublish(topic)),
]

const wills: TopicCase[] = [
  mayWill(topics.presence(me).path, { retain: true }),
  mayWill(topics.presence(me).path, { qos: 0 }),
  mayNotWill(topics.presence(other).path, { retain: true }),
  mayNotWill(topics.reported(other).path),
  mayNotWill(topics.desired(me).path),
  mayNotWill(topics.desired(other).path, { retain: true }),
  mayNotWill(topics.ack(other).path),
  mayNotWill(topics.time(me).path),
  mayNotWill(meta('timestamp.json'), { retain: true }),
  mayNotWill(topics.blob(hash('0')).path, { retain: true }),
  mayNotWill(topics.telemetry(me).path, { retain: true, needs: 'retain' }),
  mayNotWill('kedge/1/d/d-1/will'),
  mayNotWill('anything'),
]

/** Filters that no device needs, each with a topic it would bring. */
const filters: readonly [filter: string, probe: string, needs?: Need][] = [
  ['#', topics.desired(other).path],
  ['#', topics.reported(other).path],
  ['#', topics.blob(hash('1')).path, 'wildcards'],
  ['+/#', topics.ack(other).path],
  ['kedge/#', topics.desired(other).path],
  ['kedge/#', meta('root.json'), 'wildcards'],
  ['kedge/1/#', topics.desired(other).path],
  ['kedge/1/d/#', topics.desired(other).path],
  ['kedge/1/d/+/desired', topics.desired(other).path],
  ['kedge/1/d/+/ack', topics.ack(other).path],
  ['kedge/1/d/+/time', topics.time(other).path],
  ['kedge/1/d/+/ask', topics.ask(me).path],
  ['kedge/1/d/+/reported', topics.reported(other).path],
  ['kedge/1/d/+/presence', topics.presence(me).path],
  ['kedge/1/d/+/telemetry', topics.telemetry(me).path],
  ['kedge/1/d/+/#', topics.desired(other).path],
  ['kedge/1/d/+/+', topics.telemetry(other).path],
  ['kedge/1/d/d-2/#', topics.desired(other).path],
  ['kedge/1/d/d-2/+', topics.ack(other).path],
  ['kedge/1/d/d-1/#', topics.reported(me).path],
  ['kedge/1/d/d-1/#', topics.desired(me).path, 'wildcards'],
  ['kedge/1/d/d-1/+', topics.telemetry(me).path],
  ['kedge/+/d/d-2/desired', topics.desired(other).path],
  ['+/+/+/+', topics.blob(hash('2')).path, 'wildcards'],
  ['+/+/+/+/+', topics.desired(other).path],
  ['+/1/d/d-2/ack', topics.ack(other).path],
  ['kedge/1/blob/+', topics.blob(hash('3')).path, 'any-name'],
  ['kedge/1/blob/#', topics.blob(hash('4')).path, 'wildcards'],
  ['kedge/1/+/+', topics.blob(hash('5')).path, 'wildcards'],
  ['kedge/1/meta/+', meta('timestamp.json'), 'any-name'],
  ['kedge/1/meta/#', meta('3.root.json'), 'wildcards'],
  ['+/+/meta/+', meta('2.targets.json'), 'wildcards'],
]

const listening: TopicCase[] = [
  ...([0, 1] as const).flatMap((qos) => [
    ...downlinks.map((kind) => mayHear(topics[kind](me).path, { qos })),
  ]),
  as(other, 'subscribe', 'allow')(topics.desired(other).path),
  ...metaNames.map((name) => mayHear(meta(name))),
  ...['0', '7', 'a', 'f'].map((digit) => mayHear(topics.blob(hash(digit)).path)),
  ...downlinks.map((kind) => mayNotHear(topics[kind](other).path)),
  ...[me, other].flatMap((id) => uplinks.map((kind) => mayNotHear(topics[kind](id).path))),
  ...filters.map(([filter, probe, needs]) =>
    mayNotHear(filter, { probe, ...(needs && { needs }) }),
  ),
  ...strange.map((topic) => mayNotHear(topic)),
]

const serving: TopicCase[] = [
  ...[me, other].flatMap((id) => [
    as(server, 'publish', 'allow')(topics.desired(id).path, { retain: true }),
    as(server, 'publish', 'allow')(topics.ack(id).path),
    as(server, 'publish', 'allow')(topics.time(id).path),
  ]),
  ...metaNames.map((name) => as(server, 'publish', 'allow')(meta(name), { retain: true })),
  as(server, 'publish', 'allow')(topics.blob(hash('b')).path, { retain: true, length: 131_072 }),
  ...uplinks.map((kind) => as(server, 'publish', 'deny')(topics[kind](me).path)),
  as(server, 'publish', 'deny')('kedge/1/other'),
  as(server, 'publish', 'deny')('anything/at/all'),
  ...uplinks.map((kind) => {
    const probe = topics[kind]('d-77').path
    return as(server, 'subscribe', 'allow')(`kedge/1/d/+/${kind}`, { probe })
  }),
  as(server, 'subscribe', 'deny')('kedge/1/d/+/desired', { probe: topics.desired(me).path }),
  as(server, 'subscribe', 'deny')('kedge/1/d/+/ack', { probe: topics.ack(me).path }),
  as(server, 'subscribe', 'deny')('#', { probe: 'anything/at/all' }),
]

/** What every broker of a fleet is to allow and to deny. */
export const topicCases: readonly TopicCase[] = [...publishing, ...wills, ...listening, ...serving]

export const describeCase = ({ who, does, topic, probe, ...more }: TopicCase): string => {
  const { qos = 1, retain = false, length } = more
  const how = [`qos ${qos}`, retain && 'retained', length && `${length} bytes`, probe]
  return `${who} ${does} ${topic} (${how.filter(Boolean).join(', ')})`
}
