import { describe, expect, it } from 'vitest'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import { readMetadata, type MetadataFile } from '@kedge/shared/trust/tuf/verify-metadata'
import { checkGrant } from '../../../../fleet-server/src/trust/check-grant.js'
import { grantModel, grantOf, withdrawKey } from '../../../../fleet-server/src/trust/grant-model.js'
import { addRelease } from '../../../../fleet-server/src/trust/model-targets.js'
import { digestOf } from '../../../support/sample-release.js'
import { foundTestRepository, makeKey } from '../../../support/trust-files.js'

const now = 1_790_000_000_000

const targetsOf = async () => {
  const { targets } = await foundTestRepository(now)
  return readMetadata(targets, 'targets').signed
}

const release = { model: 'net', version: '1.0.0', sha256: digestOf('a'), length: 10 }

describe('grant', () => {
  it('lets a key sign the releases of one model and no other target', async () => {
    const ann = (await makeKey('ann')).signer
    const targets = grantModel(await targetsOf(), { model: 'net', to: [ann] }, now)
    expect(targets.version).toBe(2)
    expect(grantOf(targets, 'net')).toMatchObject({
      name: 'model.net',
      keyids: [ann.keyId],
      threshold: 1,
      paths: ['models/net/*/release.json'],
    })
    expect(grantOf(targets, 'other')).toBeUndefined()
  })

  it('takes as many distinct signatures as it asks for', async () => {
    const [ann, bob] = [(await makeKey('ann')).signer, (await makeKey('bob')).signer]
    const one = grantModel(await targetsOf(), { model: 'net', to: [ann] }, now)
    const two = grantModel(one, { model: 'net', to: [bob], threshold: 2 }, now)
    const role = addRelease(undefined, release, now)
    const names = new Map([[bob.keyId, 'bob']])
    const byOne = readMetadata(await signMetadata(role, [ann]), 'targets')
    const byBoth = readMetadata(await signMetadata(role, [ann, bob]), 'targets')
    const of = (file: MetadataFile) => ({ model: 'net', file, names })
    expect(await checkGrant(one, of(byOne))).toEqual([ann.keyId])
    await expect(checkGrant(two, of(byOne))).rejects.toThrow(
      `takes 2 publishers: its file has 1 of 2 signatures; still to sign: bob (${bob.keyId.slice(0, 12)})`,
    )
    expect(await checkGrant(two, of(byBoth))).toEqual([ann.keyId, bob.keyId])
  })

  it('never takes more signatures than there are keys', async () => {
    const [ann, bob] = [(await makeKey('ann')).signer, (await makeKey('bob')).signer]
    const first = await targetsOf()
    const grant = { model: 'net', to: [ann, bob], threshold: 2 }
    expect(() => grantModel(first, { ...grant, threshold: 3 }, now)).toThrow('have 2 keys')
    const two = grantModel(first, grant, now)
    const withdraw = [ann.keyId]
    expect(() => grantModel(two, { model: 'net', withdraw }, now)).toThrow('have 1 keys')
    const one = grantModel(two, { model: 'net', withdraw, threshold: 1 }, now)
    expect(grantOf(one, 'net')).toMatchObject({ keyids: [bob.keyId], threshold: 1 })
    expect(() => grantModel(one, { model: 'net', withdraw }, now)).toThrow('not granted')
    expect(grantOf(grantModel(one, { model: 'net', withdraw: [bob.keyId] }, now), 'net')).toBe(
      undefined,
    )
  })

  it('tells whoever has none how to get one', async () => {
    const eve = (await makeKey('eve')).signer
    const role = addRelease(undefined, release, now)
    const file = readMetadata(await signMetadata(role, [eve]), 'targets')
    await expect(
      checkGrant(await targetsOf(), { model: 'net', file, names: new Map() }),
    ).rejects.toMatchObject({
      code: 'signature-invalid',
      message: expect.stringContaining('kedge key grant net') as string,
    })
  })

  it('is withdrawn together with a role that nobody else may sign', async () => {
    const [ann, bob] = [(await makeKey('ann')).signer, (await makeKey('bob')).signer]
    let targets = grantModel(await targetsOf(), { model: 'net', to: [ann] }, now)
    targets = grantModel(targets, { model: 'net', to: [bob] }, now)
    targets = grantModel(targets, { model: 'other', to: [ann] }, now)
    targets = withdrawKey(targets, ann.keyId, now)
    expect(grantOf(targets, 'net')?.keyids).toEqual([bob.keyId])
    expect(grantOf(targets, 'other')).toBeUndefined()
    expect(Object.keys(targets.delegations!.keys)).toEqual([bob.keyId])
  })
})
