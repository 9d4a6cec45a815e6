import type { Speaker, TopicAction } from '@kedge/shared/protocol/topic-rules'
import { beyondRules, comment, rulesOf, toFilter, type PrintRules } from './rules-for.js'

/** Where NATS keeps what it owes a subscriber of quality 1. */
const ownDeliveries = '$MQTT.sub.>'

const head = [
  "Kedge's rules for NATS: include it in nats-server.conf, whose mqtt and jetstream are on. A user",
  'has what is listed here and nothing else; give each a password, nkey or certificate of its own.',
  '',
  'With accounts of an operator one signing key serves all devices, each named by its id:',
  `  nsc edit signing-key --account KEDGE --sk generate --role device \\`,
  `    --allow-pub '${subjects('device', 'publish', '{{name()}}').join(',')}' \\`,
  `    --allow-sub '${[...subjects('device', 'subscribe', '{{name()}}'), ownDeliveries].join(',')}'`,
  '',
  'In nats-server.conf, beside it:',
  '  mqtt { reject_qos2_publish: true }',
  '',
  'What NATS has no rule for:',
  `  ${beyondRules.anyName}`,
  `  ${beyondRules.payloads}`,
  `  ${beyondRules.retained}`,
  `  ${beyondRules.clientIds}`,
]

/** Permissions of NATS's `authorization`, with topics as the subjects they become. */
export const printNatsRules: PrintRules = ({ servers, devices }) =>
  [
    comment(head),
    'authorization {',
    '  users = [',
    ...servers.map((user) => forUser(user, 'server', '*')),
    ...devices.map((device) => forUser(device, 'device', device)),
    '  ]',
    '}',
  ].join('\n') + '\n'

const forUser = (user: string, who: Speaker, device: string): string => {
  const publish = list(subjects(who, 'publish', device))
  const subscribe = list([...subjects(who, 'subscribe', device), ownDeliveries])
  return [
    `    { user: "${user}", password: $KEDGE_PASSWORD, permissions: {`,
    `      publish: { allow: [${publish}] }`,
    `      subscribe: { allow: [${subscribe}] }`,
    '    } }',
  ].join('\n')
}

/** A slash of a topic is a dot of a subject, and a dot of a topic stays within its token, as `//`. */
function subjects(who: Speaker, may: TopicAction, device: string): string[] {
  return rulesOf(who, may).map((rule) =>
    toFilter(rule, device).replaceAll('/', '.').replaceAll('+', '*'),
  )
}

const list = (texts: readonly string[]) => texts.map((text) => `"${text}"`).join(', ')
