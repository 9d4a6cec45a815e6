import { topicMap, type TopicKind } from '@kedge/shared/protocol/topic-map'
import { findTopicRule, topicRules } from '@kedge/shared/protocol/topic-rules'
import { parseTopic, serverFilters, topics } from '@kedge/shared/protocol/topics'
import { describe, expect, it } from 'vitest'

describe('the table of topic rules', () => {
  it('gives each kind of topic one who publishes and one who subscribes', () => {
    for (const kind of new Set(topicRules.map((rule) => rule.kind))) {
      const [publish, subscribe, ...more] = ['publish', 'subscribe'].map((may) =>
        topicRules.filter((rule) => rule.kind === kind && rule.may === may),
      )
      expect(publish, kind).toHaveLength(1)
      expect(subscribe, kind).toHaveLength(1)
      expect(more).toEqual([])
      expect(publish?.[0]?.who).not.toBe(subscribe?.[0]?.who)
    }
  })

  it.each(Object.keys(topicMap) as TopicKind[])('says of %s what the topic map says', (kind) => {
    const { from, retain, maxBytes } = topicMap[kind]
    const rule = topicRules.find((one) => one.kind === kind && one.may === 'publish')
    expect(rule).toMatchObject({ who: from, retain, maxBytes, maxQos: 1 })
  })

  it('lets the server listen to all devices by the filters it uses, and by no other', () => {
    for (const filter of serverFilters) {
      expect(findTopicRule('server', 'subscribe', filter)?.names).toEqual({ device: '+' })
    }
    for (const filter of ['#', 'kedge/1/d/+/+', 'kedge/1/d/+/desired', 'kedge/+/d/+/reported']) {
      expect(findTopicRule('server', 'subscribe', filter)).toBeUndefined()
    }
  })

  it('names what stands in a topic', () => {
    const hash = 'a'.repeat(64)
    const find = (path: string) => findTopicRule('device', 'subscribe', path)?.names
    expect(find(topics.desired('d-1').path)).toEqual({ device: 'd-1' })
    expect(find(topics.blob(hash).path)).toEqual({ sha256: hash })
    expect(find('kedge/1/meta/12.root.json')).toEqual({ name: '12.root.json' })
    for (const name of [
      'root',
      '0.root.json',
      '+',
      '..',
      'role.json',
      '1.root.json.json',
      'model.json',
    ]) {
      expect(find(`kedge/1/meta/${name}`)).toBeUndefined()
    }
  })

  it('has no topic that the protocol does not parse', () => {
    const path = topics.telemetry('d-1').path
    expect(findTopicRule('device', 'publish', path)?.names).toEqual({ device: 'd-1' })
    expect(parseTopic(path)).toMatchObject({ device: 'd-1' })
    expect(findTopicRule('device', 'publish', `${path}\n`)).toBeUndefined()
  })
})
