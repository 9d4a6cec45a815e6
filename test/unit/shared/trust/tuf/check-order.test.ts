import { describe, expect, it } from 'vitest'
import type { SnapshotDocument, TimestampDocument } from '@kedge/shared/trust/tuf/documents'
import {
  checkFresh,
  checkSnapshotFollows,
  checkTimestampFollows,
  hasHashes,
} from '@kedge/shared/trust/tuf/check-order'
import { encodeUtf8, toHex } from '@kedge/shared/util/bytes'
import { Ms } from '@kedge/shared/util/units'

const common = { spec_version: '1.0.31', version: 3, expires: '2030-01-01T00:00:00Z' }
const timestamp = (version: number, snapshot: number): TimestampDocument => ({
  ...common,
  _type: 'timestamp',
  version,
  meta: { 'snapshot.json': { version: snapshot } },
})
const snapshot = (meta: SnapshotDocument['meta']): SnapshotDocument => ({
  ...common,
  _type: 'snapshot',
  meta,
})

describe('a document', () => {
  it('is fresh until the very moment at which it expires', () => {
    const document = timestamp(3, 1)
    const end = Date.UTC(2030, 0, 1)
    expect(() => checkFresh(document, Ms(end - 1))).not.toThrow()
    expect(() => checkFresh(document, Ms(end))).toThrow(
      /^timestamp 3 expired at 2030-01-01T00:00:00Z$/,
    )
  })
})

describe('a rollback', () => {
  it('of timestamp is told with both versions', () => {
    expect(() => checkTimestampFollows(timestamp(2, 9), timestamp(3, 1))).toThrow(
      /^timestamp has version 2, and had 3 before$/,
    )
  })

  it('of the snapshot that timestamp names is told too', () => {
    expect(() => checkTimestampFollows(timestamp(4, 1), timestamp(3, 2))).toThrow(
      /^snapshot\S* has version 1, and had 2 before$/,
    )
    expect(() => checkTimestampFollows(timestamp(3, 2), timestamp(3, 2))).not.toThrow()
  })

  it('of a role in snapshot, and its disappearance, are told by the name of the file', () => {
    const trusted = snapshot({ 'a.json': { version: 2 } })
    expect(() => checkSnapshotFollows(snapshot({}), trusted)).toThrow(
      /^a\.json is gone, and had 2 before$/,
    )
    expect(() => checkSnapshotFollows(snapshot({ 'a.json': { version: 1 } }), trusted)).toThrow(
      /^a\.json has version 1, and had 2 before$/,
    )
  })
})

describe('the hashes of a file', () => {
  const bytes = encodeUtf8('file')
  const sha256 = '3b9c358f36f0a31b6ad3e14f309c7cf198ac9246e8316f9ce543d5b19ac02b80'

  it('must all be right, of the kinds that are known, and one at least must be', async () => {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-512', bytes))
    const right = toHex(digest)
    const wrong = '0'
    expect(await hasHashes(bytes, { sha256 })).toBe(true)
    expect(await hasHashes(bytes, { sha512: right })).toBe(true)
    expect(await hasHashes(bytes, { sha256, sha512: right, sha3: wrong })).toBe(true)
    expect(await hasHashes(bytes, { sha256, sha512: wrong })).toBe(false)
    expect(await hasHashes(bytes, { sha256: wrong, sha512: right })).toBe(false)
    expect(await hasHashes(bytes, { sha3: sha256 })).toBe(false)
    expect(await hasHashes(bytes, {})).toBe(false)
  })
})
