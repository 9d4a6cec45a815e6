import { describe, expect, it } from 'vitest'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
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
    const targets = grantModel(await targetsOf(), { model: 'net', to: ann }, now)
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
    const one = grantModel(await targetsOf(), { model: 'net', to: ann }, now)
    const two = grantModel(one, { model: 'net', to: bob, threshold: 2 }, now)
    const role = addRelease(undefined, release, now)
    const byOne = readMetadata(await signMetadata(role, [ann]), 'targets')
    const byBoth = readMetadata(await signMetadata(role, [ann, bob]), 'targets')
    expect(await checkGrant(one, 'net', byOne)).toEqual([ann.keyId])
    await expect(checkGrant(two, 'net', byOne)).rejects.toThrow('takes 2 signatures')
    expect(await checkGrant(two, 'net', byBoth)).toEqual([ann.keyId, bob.keyId])
  })

  it('tells whoever has none how to get one', async () => {
    const eve = (await makeKey('eve')).signer
    const role = addRelease(undefined, release, now)
    const file = readMetadata(await signMetadata(role, [eve]), 'targets')
    await expect(checkGrant(await targetsOf(), 'net', file)).rejects.toMatchObject({
      code: 'signature-invalid',
      message: expect.stringContaining('kedge key grant net') as string,
    })
  })

  it('is withdrawn together with a role that nobody else may sign', async () => {
    const [ann, bob] = [(await makeKey('ann')).signer, (await makeKey('bob')).signer]
    let targets = grantModel(await targetsOf(), { model: 'net', to: ann }, now)
    targets = grantModel(targets, { model: 'net', to: bob }, now)
    targets = grantModel(targets, { model: 'other', to: ann }, now)
    targets = withdrawKey(targets, { keyId: ann.keyId }, now)
    expect(grantOf(targets, 'net')?.keyids).toEqual([bob.keyId])
    expect(grantOf(targets, 'other')).toBeUndefined()
    expect(Object.keys(targets.delegations!.keys)).toEqual([bob.keyId])
  })
})
