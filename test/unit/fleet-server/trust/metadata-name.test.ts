import { describe, expect, it } from 'vitest'
import {
  formatMetadataName,
  parseMetadataName,
} from '../../../../fleet-server/src/trust/metadata-name.js'

describe('metadata name', () => {
  it('bears a version, but for the timestamp', () => {
    expect(formatMetadataName('root', 3)).toBe('3.root.json')
    expect(formatMetadataName('timestamp', 3)).toBe('timestamp.json')
    expect(parseMetadataName('4.model.net.json')).toEqual({ role: 'model.net', version: 4 })
    expect(parseMetadataName('timestamp.json')).toEqual({ role: 'timestamp' })
  })

  it.each(['', 'root.json', '0.root.json', '01.root.json', '1.timestamp.json', '1.Root.json'])(
    'is not %j',
    (name) => expect(parseMetadataName(name)).toBeUndefined(),
  )

  it.each(['../1.root.json', '1.root.json/', '1..json', '1.root.jsonx', '1e3.root.json'])(
    'is not %j, which could name another file',
    (name) => expect(parseMetadataName(name)).toBeUndefined(),
  )
})
