import {
  beyondRules,
  comment,
  longestPacket,
  rulesOf,
  toFilter,
  type PrintRules,
} from './rules-for.js'

const head = [
  "Kedge's rules for Mosquitto 2: the file that acl_file names. What it does not grant is denied.",
  '',
  'In mosquitto.conf, beside acl_file:',
  '  use_username_as_clientid true',
  '  max_qos 1',
  `  max_packet_size ${longestPacket}`,
  '',
  'The user name of a device is its id. Mosquitto grants every subscription and withholds messages',
  'instead. What it has no rule for:',
  `  ${beyondRules.wildcards}`,
  `  ${beyondRules.payloads}`,
  `  ${beyondRules.retained.replace(';', '.')}`,
]

/** As mosquitto.conf(5) describes `acl_file`. */
export const printMosquittoRules: PrintRules = ({ servers }) =>
  [comment(head), ...servers.map(forServer), forDevices()].join('\n\n') + '\n'

const forServer = (user: string): string =>
  [
    `user ${user}`,
    ...rulesOf('server', 'publish').map((rule) => `topic write ${toFilter(rule, '+')}`),
    ...rulesOf('server', 'subscribe').map((rule) => `topic read ${toFilter(rule, '+')}`),
  ].join('\n')

const forDevices = (): string =>
  [
    '# every device, by its user name',
    ...rulesOf('device', 'publish').map((rule) => `pattern write ${toFilter(rule, '%u')}`),
    ...rulesOf('device', 'subscribe').map((rule) => `pattern read ${toFilter(rule, '%u')}`),
  ].join('\n')
