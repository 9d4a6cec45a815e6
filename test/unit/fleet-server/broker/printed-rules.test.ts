import { topicRules, type Speaker, type TopicAction } from '@kedge/shared/protocol/topic-rules'
import { describe, expect, it } from 'vitest'
import { printEmqxRules } from '../../../../fleet-server/src/broker/rules/emqx-rules.js'
import { printMosquittoRules } from '../../../../fleet-server/src/broker/rules/mosquitto-rules.js'
import { printNatsRules } from '../../../../fleet-server/src/broker/rules/nats-rules.js'

const whom = { servers: ['kedge-server'], devices: ['d-1'] }

const filters = (who: Speaker, may: TopicAction, device: string) =>
  topicRules
    .filter((rule) => rule.who === who && rule.may === may)
    .map(({ pattern }) =>
      pattern.replace(/\{(\w+)\}/, (_, name) => (name === 'device' ? device : '+')),
    )

const words = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, word]) => word)

describe('rules printed for other brokers', () => {
  it('are patterns and topics of a Mosquitto ACL file', () => {
    const text = printMosquittoRules(whom)
    expect(words(text, /^topic write (.+)$/gm)).toEqual(filters('server', 'publish', '+'))
    expect(words(text, /^topic read (.+)$/gm)).toEqual(filters('server', 'subscribe', '+'))
    expect(words(text, /^pattern write (.+)$/gm)).toEqual(filters('device', 'publish', '%u'))
    expect(words(text, /^pattern read (.+)$/gm)).toEqual(filters('device', 'subscribe', '%u'))
    const known = /^(#.*|user kedge-server|(topic|pattern) (read|write) kedge\/1\/\S+|)$/
    expect(text.split('\n').filter((line) => !known.test(line))).toEqual([])
  })

  it('are Erlang terms for EMQX, of which the last denies all', () => {
    const lines = printEmqxRules(whom)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('%%'))
    const term = /^\{(allow|deny), (all|\{username, "kedge-server"\})(, .+)?\}\.$/
    expect(lines.filter((line) => !term.test(line))).toEqual([])
    expect(lines.at(-1)).toBe('{deny, all}.')
    const ofDevices = lines.filter((line) => line.startsWith('{allow, all, '))
    expect(ofDevices.flatMap((line) => words(line, /"([^"]+)"/g))).toEqual([
      ...filters('device', 'publish', '${username}'),
      ...filters('device', 'subscribe', '${username}'),
    ])
    // Telemetry and questions about the time.
    expect(ofDevices.filter((line) => line.includes('{retain, false}'))).toHaveLength(2)
    for (const kind of ['blob', 'meta']) {
      expect(lines.join('\n')).toContain(`{eq, "kedge/1/${kind}/+"}, {eq, "kedge/1/${kind}/#"}`)
    }
  })

  it('are subjects of the users of NATS', () => {
    const text = printNatsRules(whom)
    const subject = (filter: string) => filter.replaceAll('/', '.').replaceAll('+', '*')
    const [ofServer = '', ofDevice = ''] = text.split('{ user: ').slice(1)
    const allowed = (user: string, may: string) =>
      words(words(user, new RegExp(`${may}: \\{ allow: \\[(.+)\\]`, 'g')).join(), /"([^"]+)"/g)
    for (const [user, who, device] of [
      [ofServer, 'server', '+'],
      [ofDevice, 'device', 'd-1'],
    ] as const) {
      expect(allowed(user, 'publish')).toEqual(filters(who, 'publish', device).map(subject))
      const heard = filters(who, 'subscribe', device).map(subject)
      expect(allowed(user, 'subscribe')).toEqual([...heard, '$MQTT.sub.>'])
    }
    expect(text.split('{').length).toBe(text.split('}').length)
  })
})
