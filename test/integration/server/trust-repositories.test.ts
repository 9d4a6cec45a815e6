import { expect, it } from 'vitest'
import type { Release } from '@kedge/shared/model/release'
import { encodeUtf8 } from '@kedge/shared/util/bytes'
import { PublisherRepository } from '../../../fleet-server/src/models/publisher-repository.js'
import { ReleaseLimitRepository } from '../../../fleet-server/src/models/release-limit-repository.js'
import { ReleaseRepository } from '../../../fleet-server/src/models/release-repository.js'
import { MetadataRepository } from '../../../fleet-server/src/trust/metadata-repository.js'
import { describeOnDatabases } from '../../support/databases.js'
import { digestOf } from '../../support/sample-release.js'

const at = 1_790_000_000_000

const releaseOf = (version: string, digit: string) => ({
  model: 'load',
  version,
  sha256: digestOf(digit),
  length: 10,
  counter: Number(version.replaceAll('.', '')),
  createdAt: at,
  publisher: { id: 'p', name: 'ann' },
  modelBytes: 100,
  chunks: 2,
  manifest: { model: 'load', version } as unknown as Release,
})

describeOnDatabases('repositories of trust', (open) => {
  it('keep every root, and of other roles what devices may be in the midst of', async () => {
    const { db } = await open()
    const metadata = new MetadataRepository(db)
    const file = (role: string, version: number) => ({
      role,
      version,
      bytes: encodeUtf8(`{"signed":"ü ${role} ${version}"}`),
      expires: at + version,
    })
    for (let version = 1; version <= 25; version++) {
      await metadata.add([file('root', version), file('snapshot', version)], at)
    }
    expect(await metadata.find('root', 1)).toEqual(file('root', 1))
    expect(await metadata.find('snapshot', 1)).toBeUndefined()
    expect(await metadata.find('snapshot')).toEqual(file('snapshot', 25))
    expect([...(await metadata.current()).values()]).toEqual([
      file('root', 25),
      file('snapshot', 25),
    ])
    const again = metadata.add([file('targets', 1), file('root', 25)], at)
    await expect(again).rejects.toMatchObject({ code: 'conflict' })
    expect(await metadata.find('targets')).toBeUndefined()
  })

  it('revoke a release once, and never lower a floor', async () => {
    const { db } = await open()
    const releases = new ReleaseRepository(db)
    const limits = new ReleaseLimitRepository(db)
    await releases.add(releaseOf('1.0.0', '1'), [])
    await releases.add(releaseOf('1.0.1', '2'), [])
    expect(await limits.all()).toEqual({ floor: {}, revoked: [] })
    const revocation = { model: 'load', version: '1.0.0', reason: 'wrong' }
    expect(await limits.revoke(revocation, at)).toBe(true)
    expect(await limits.revoke({ ...revocation, reason: 'again' }, at + 1)).toBe(false)
    expect((await releases.find('load', '1.0.0'))?.revoked).toEqual({ at, reason: 'wrong' })
    expect((await releases.find('load', '1.0.1'))?.revoked).toBeNull()
    expect(await limits.raiseFloor('load', 101)).toBe(true)
    expect(await limits.raiseFloor('load', 100)).toBe(false)
    expect(await limits.all()).toEqual({ floor: { load: 101 }, revoked: [digestOf('1')] })
  })

  it('keep publishers in the order they came', async () => {
    const { db } = await open()
    const publishers = new PublisherRepository(db)
    const make = (id: string, createdAt: number) => ({
      id,
      name: id,
      key: { id, key: 'k' },
      createdAt,
    })
    expect(await publishers.add(make('z', at))).toBe(true)
    expect(await publishers.add(make('a', at + 1))).toBe(true)
    expect(await publishers.add(make('a', at + 2))).toBe(false)
    expect((await publishers.list()).map(({ id }) => id)).toEqual(['z', 'a'])
  })
})
