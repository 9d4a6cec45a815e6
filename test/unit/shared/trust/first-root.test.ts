import { beforeAll, describe, expect, it } from 'vitest'
import { checkFirstRoot } from '@kedge/shared/trust/first-root'
import { encodeUtf8 } from '@kedge/shared/util/bytes'
import { webSha256 } from '@kedge/shared/util/sha256'
import { SimulatedRepository } from '../../../support/tuf/simulated-repository.js'

let repository: SimulatedRepository
let fleetRoot: Uint8Array
beforeAll(async () => {
  repository = await SimulatedRepository.create()
  const fleet = { keys: {}, threshold: 1 }
  repository.root['x-kedge'] = { fleet, fleetId: 'f-1', fleetEpoch: 1 }
  fleetRoot = await repository.sign('root')
})

describe('the first root', () => {
  it('is trusted with the pin of the fleet, or where there is none', async () => {
    const sha256 = await webSha256(fleetRoot)
    for (const pin of [{ fleet: 'f-1', sha256 }, { fleet: 'f-1' }]) {
      expect((await checkFirstRoot(fleetRoot, pin)).version).toBe(1)
    }
  })

  it('is refused with the pin of another file, whatever that is', async () => {
    const pin = { fleet: 'f-1', sha256: await webSha256(fleetRoot) }
    for (const other of [repository.files.get('1.root.json')!, encodeUtf8('{}')]) {
      await expect(checkFirstRoot(other, pin)).rejects.toMatchObject({
        code: 'root-mismatch',
        message: expect.stringMatching(
          /^the server gives another .*make a new token, or find/,
        ) as string,
      })
    }
    await expect(checkFirstRoot(fleetRoot, { ...pin, sha256: '' })).rejects.toMatchObject({
      code: 'root-mismatch',
    })
  })

  it('is refused when it is of another fleet, or of none', async () => {
    await expect(checkFirstRoot(fleetRoot, { fleet: 'f-2' })).rejects.toMatchObject({
      code: 'wrong-fleet',
      message: 'the trust root is of fleet f-1, not f-2',
    })
    const plain = repository.files.get('1.root.json')!
    await expect(checkFirstRoot(plain, { fleet: 'f-1' })).rejects.toMatchObject({
      code: 'wrong-fleet',
      message: 'the trust root is of fleet none, not f-1',
    })
  })

  it('is refused when its own keys have not signed it', async () => {
    repository.signers.set('root', repository.signers.get('timestamp')!)
    await expect(
      checkFirstRoot(await repository.sign('root'), { fleet: 'f-1' }),
    ).rejects.toMatchObject({ code: 'signature-invalid' })
  })
})
