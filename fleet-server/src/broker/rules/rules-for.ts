import {
  topicRules,
  type Speaker,
  type TopicAction,
  type TopicRule,
} from '@kedge/shared/protocol/topic-rules'

/** Whom a printed file of rules is for. */
export interface RulesFor {
  /** The user names by which servers log in to the broker. */
  readonly servers: readonly string[]
  /** Devices by id, for brokers whose rules cannot speak of all of them at once. */
  readonly devices: readonly string[]
}

/** Prints the table in the words of one broker, default deny. */
export type PrintRules = (whom: RulesFor) => string

export const rulesOf = (who: Speaker, may: TopicAction): readonly TopicRule[] =>
  topicRules.filter((rule) => rule.who === who && rule.may === may)

/** The filter of a rule: `device` in the place of the id, a wildcard for what else is open. */
export const toFilter = ({ pattern }: TopicRule, device: string): string =>
  pattern.replace(/\{(\w+)\}/, (_, name) => (name === 'device' ? device : '+'))

/** Bytes of the longest message of the table with its topic, which a broker must let pass. */
export const longestPacket = Math.max(...topicRules.map(({ maxBytes }) => maxBytes)) + 1024

/** Lines of a comment. */
export const comment = (lines: readonly string[], mark = '#'): string =>
  lines.map((line) => `${mark} ${line}`.trimEnd()).join('\n')

/** What brokers know no rule for; the server refuses what it can when such a message reaches it. */
export const beyondRules = {
  wildcards: 'a device may subscribe to # or kedge/1/blob/+, and so read chunks it cannot name;',
  anyName: 'a device may subscribe to kedge/1/blob/+, and so read chunks it cannot name;',
  payloads: 'the length of a payload is limited for all topics together, not topic by topic;',
  retained: 'telemetry may be published as a retained message;',
  clientIds: 'a device may connect by the client id of another, and end its connection.',
} as const
