import type { TopicRule } from '@kedge/shared/protocol/topic-rules'
import {
  beyondRules,
  comment,
  longestPacket,
  rulesOf,
  toFilter,
  type PrintRules,
} from './rules-for.js'

const head = [
  "Kedge's rules for EMQX 5.1 and later: the file of an authorization source of type file.",
  '',
  'In emqx.conf, beside it:',
  '  authorization.no_match = deny',
  '  mqtt.use_username_as_clientid = true',
  '  mqtt.max_qos_allowed = 1',
  `  mqtt.max_packet_size = ${longestPacket}B`,
  '',
  'The user name of a device is its id. What EMQX has no rule for:',
  `  ${beyondRules.payloads.replace(';', '.')}`,
]

const self = '${username}'

/** Erlang terms, first match decides, as EMQX describes its `acl.conf`. */
export const printEmqxRules: PrintRules = ({ servers }) =>
  [
    comment(head, '%%'),
    servers.flatMap(forServer).join('\n'),
    ['%% every device, by its user name', ...forDevices()].join('\n'),
    '{deny, all}.',
  ].join('\n\n') + '\n'

const forServer = (user: string): string[] => [
  ...rulesOf('server', 'publish').map((rule) => allowPublish(`{username, "${user}"}`, rule, '+')),
  allowSubscribe(`{username, "${user}"}`, rulesOf('server', 'subscribe'), '+'),
]

function forDevices(): string[] {
  const readable = rulesOf('device', 'subscribe')
  return [
    // What a device must name is open to any name, and so to wildcards unless they are denied first.
    `{deny, all, subscribe, [${readable.flatMap(wildcards).map(quoteExact).join(', ')}]}.`,
    ...rulesOf('device', 'publish').map((rule) => allowPublish('all', rule, self)),
    allowSubscribe('all', readable, self),
  ]
}

function wildcards(rule: TopicRule): string[] {
  const filter = toFilter(rule, self)
  return filter.endsWith('/+') ? [filter, filter.replace(/\+$/, '#')] : []
}

const allowPublish = (who: string, rule: TopicRule, device: string): string =>
  `{allow, ${who}, {publish, [${qosUpTo(rule)}, {retain, ${rule.retain ? 'all' : 'false'}}]}, ["${toFilter(rule, device)}"]}.`

const allowSubscribe = (who: string, rules: readonly TopicRule[], device: string): string =>
  `{allow, ${who}, subscribe, [${rules.map((rule) => `"${toFilter(rule, device)}"`).join(', ')}]}.`

const qosUpTo = ({ maxQos }: TopicRule) => `{qos, [${maxQos === 0 ? '0' : '0, 1'}]}`
const quoteExact = (filter: string) => `{eq, "${filter}"}`
