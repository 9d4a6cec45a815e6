import type { Bytes } from '../util/units.js'
import { qos, topicMap, type TopicKind } from './topic-map.js'
import { topics } from './topics.js'

/** Who speaks on the broker: a device in its own name alone, or the fleet's server. */
export type Speaker = 'device' | 'server'
export type TopicAction = 'publish' | 'subscribe'

/**
 * All that anybody may do on the broker; what is not here is refused. Nothing is a topic but these,
 * wildcards least of all: knowing the hash of a chunk is the right to read it.
 */
const rights = [
  ['device', 'publish', 'reported'],
  ['device', 'publish', 'presence'],
  ['device', 'publish', 'telemetry'],
  ['device', 'publish', 'ask'],
  ['device', 'subscribe', 'desired'],
  ['device', 'subscribe', 'ack'],
  ['device', 'subscribe', 'time'],
  ['device', 'subscribe', 'meta'],
  ['device', 'subscribe', 'blob'],
  ['server', 'publish', 'desired'],
  ['server', 'publish', 'ack'],
  ['server', 'publish', 'time'],
  ['server', 'publish', 'meta'],
  ['server', 'publish', 'blob'],
  ['server', 'subscribe', 'reported'],
  ['server', 'subscribe', 'presence'],
  ['server', 'subscribe', 'telemetry'],
  ['server', 'subscribe', 'ask'],
] as const satisfies readonly (readonly [Speaker, TopicAction, TopicKind])[]

const patterns = {
  desired: topics.desired('{device}').path,
  reported: topics.reported('{device}').path,
  presence: topics.presence('{device}').path,
  telemetry: topics.telemetry('{device}').path,
  ack: topics.ack('{device}').path,
  ask: topics.ask('{device}').path,
  time: topics.time('{device}').path,
  meta: topics.meta('{name}').path,
  blob: topics.blob('{sha256}').path,
} as const satisfies Record<TopicKind, string>

/** One line of the table. */
export interface TopicRule {
  readonly who: Speaker
  readonly may: TopicAction
  readonly kind: TopicKind
  /** A topic with `{device}`, `{sha256}` or `{name}` in the place of a level. */
  readonly pattern: string
  /** Whether messages on it may be retained. */
  readonly retain: boolean
  readonly maxQos: 0 | 1
  /** The longest payload. */
  readonly maxBytes: Bytes
}

/** Who may do what: the embedded broker asks it, and other brokers' rules are printed from it. */
export const topicRules: readonly TopicRule[] = rights.map(([who, may, kind]) => {
  const { retain, maxBytes } = topicMap[kind]
  return { who, may, kind, pattern: patterns[kind], retain, maxQos: qos, maxBytes }
})

const levels = {
  device: '[a-z0-9][a-z0-9._-]{0,63}',
  sha256: '[0-9a-f]{64}',
  name: '(?:[1-9][0-9]{0,9}\\.)?(?:root|timestamp|snapshot|targets|model\\.[a-z0-9][a-z0-9-]{0,62})\\.json',
} as const

/** What stands in the place of a pattern's braces. */
export type TopicNames = Readonly<Partial<Record<keyof typeof levels, string>>>

const compiled = topicRules.map((rule) => ({ rule, expression: toExpression(rule) }))

/**
 * The rule that lets `who` act on `path`, which is a topic or a filter. A device's own id is for the
 * caller to compare with `names.device`.
 */
export function findTopicRule(
  who: Speaker,
  may: TopicAction,
  path: string,
): { readonly rule: TopicRule; readonly names: TopicNames } | undefined {
  for (const { rule, expression } of compiled) {
    if (rule.who !== who || rule.may !== may) continue
    const match = expression.exec(path)
    if (match) return { rule, names: match.groups ?? {} }
  }
  return undefined
}

function toExpression({ who, may, pattern }: TopicRule): RegExp {
  const source = pattern.replace(/\{(\w+)\}/, (_, name: keyof typeof levels) => {
    // The server listens to all devices at once.
    const all = who === 'server' && may === 'subscribe' ? '\\+|' : ''
    return `(?<${name}>${all}${levels[name]})`
  })
  return new RegExp(`^${source}$`)
}
