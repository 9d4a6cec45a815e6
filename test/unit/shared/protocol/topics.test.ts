import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DocumentError } from '@kedge/shared/errors/document-error'
import { parseTopic, serverFilters, topics } from '@kedge/shared/protocol/topics'
import { topicMap } from '@kedge/shared/protocol/topic-map'
import { seededRuns } from '../../../support/seeded-runs.js'

const kinds = ['desired', 'reported', 'presence', 'telemetry', 'ack', 'ask', 'time'] as const
const long = 100_000

describe('topics', () => {
  it('come back from their paths', () => {
    const devices = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,63}$/)
    fc.assert(
      fc.property(fc.constantFrom(...kinds), devices, (kind, device) => {
        const topic = topics[kind](device)
        expect(parseTopic(topic.path)).toEqual({ topic, device })
      }),
      seededRuns(),
    )
  })

  it('name a blob by its digest', () => {
    const sha256 = '0123456789abcdef'.repeat(4)
    const topic = topics.blob(sha256)
    expect(topic.path).toBe(`kedge/1/blob/${sha256}`)
    expect(parseTopic(topic.path)).toEqual({ topic, sha256 })
  })

  it.each([
    'timestamp.json',
    '1.root.json',
    '300.root.json',
    '7.snapshot.json',
    '2.targets.json',
    '4.model.gesture.json',
  ])('name the metadata file %s', (name) => {
    const topic = topics.meta(name)
    expect(parseTopic(topic.path)).toEqual({ topic, name })
  })

  it.each([
    '',
    '/',
    '#',
    '+',
    'kedge/1/#',
    'kedge/1/d/+/reported',
    'kedge/1/d/d-1/#',
    'kedge/1/d/d-1/+',
    'kedge/1/d/d-1',
    'kedge/1/d//desired',
    'kedge/1/d/d-1/desired/',
    'kedge/1/d/d-1/desired\n',
    'kedge/1/d/d-1/blob',
    'kedge/1/d/D-1/desired',
    'kedge/1/d/dé/desired',
    'kedge/1/d/d\u0000/desired',
    'kedge/1/d/../d-1/desired',
    'kedge/2/d/d-1/desired',
    ' kedge/1/d/d-1/desired',
    `kedge/1/blob/${'A'.repeat(64)}`,
    `kedge/1/blob/${'a'.repeat(63)}`,
    `kedge/1/blob/${'a'.repeat(65)}`,
    'kedge/1/blob/+',
    'kedge/1/blob/#',
    'kedge/1/meta/+',
    'kedge/1/meta/root.json',
    'kedge/1/meta/0.root.json',
    'kedge/1/meta/01.root.json',
    'kedge/1/meta/1.timestamp.json',
    'kedge/1/meta/1.model.json',
    'kedge/1/meta/1.model...json',
    'kedge/1/meta/1.model.a/../root.json',
    'kedge/1/meta/1.model.Gesture.json',
    'kedge/1/meta/1.role1.json',
    'kedge/1/meta/9999999999999999.root.json',
    '$SYS/broker',
    '$share/group/kedge/1/d/d-1/desired',
  ])('does not include %j', (path) => {
    expect(() => parseTopic(path)).toThrow(DocumentError)
  })

  it.each([
    ['levels', '/'.repeat(long)],
    ['letters', 'a'.repeat(long)],
    ['a device id', `kedge/1/d/${'a'.repeat(long)}/desired`],
    ['a digest', `kedge/1/blob/${'a'.repeat(long)}`],
    ['roots', 'kedge/1/d/'.repeat(long / 10)],
  ])('does not include 100,000 characters of %s, and says so briefly', (_what, path) => {
    expect(() => parseTopic(path)).toThrow(/^.{1,300}$/)
  })

  it('are what a server filters for', () => {
    expect(serverFilters).toEqual([
      'kedge/1/d/+/reported',
      'kedge/1/d/+/presence',
      'kedge/1/d/+/telemetry',
      'kedge/1/d/+/ask',
    ])
    for (const kind of ['reported', 'presence', 'telemetry', 'ask'] as const) {
      expect(topicMap[kind].from).toBe('device')
    }
  })

  it('carry nothing but metadata that is larger than what AWS IoT takes', () => {
    const { meta, ...others } = topicMap
    for (const { maxBytes } of Object.values(others)) {
      expect(maxBytes).toBeLessThanOrEqual(128 * 1024)
    }
    expect(meta.maxBytes).toBe(1024 * 1024)
  })
})
