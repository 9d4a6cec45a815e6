import { describe, expect, it } from 'vitest'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import { readMetadata, verifyMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { rotateRoot } from '../../../../fleet-server/src/trust/rotate-root.js'
import { tufSignerOf } from '../../../../fleet-server/src/trust/tuf-signer.js'
import { foundTestRepository, makeKey } from '../../../support/trust-files.js'

const now = 1_790_000_000_000

const found = async () => {
  const { keys, root } = await foundTestRepository(now)
  const [old] = await Promise.all(keys.roots.map(tufSignerOf))
  return { keys, old: old!, root: readMetadata(root, 'root').signed }
}

describe('root rotation', () => {
  it('puts a new key in the place of the old, and takes the signatures of both', async () => {
    const { old, root } = await found()
    const fresh = (await makeKey()).signer
    const change = { role: 'root' as const, add: [fresh], remove: [old.keyId] }
    const next = rotateRoot(root, change, now)
    expect(next.version).toBe(2)
    expect(next.roles.root.keyids).toEqual([fresh.keyId])
    expect(next.keys[old.keyId]).toBeUndefined()
    const file = readMetadata(await signMetadata(next, [old, fresh]), 'root')
    await verifyMetadata(file, root.roles.root, root.keys)
    await verifyMetadata(file, next.roles.root, next.keys)
    const half = readMetadata(await signMetadata(next, [fresh]), 'root')
    await expect(verifyMetadata(half, root.roles.root, root.keys)).rejects.toMatchObject({
      code: 'signature-invalid',
    })
  })

  it('changes the fleet key without touching the roles', async () => {
    const { root } = await found()
    const fresh = (await makeKey()).signer
    const held = Object.keys(root['x-kedge']!.fleet.keys)
    const next = rotateRoot(root, { role: 'fleet', add: [fresh], remove: held }, now)
    expect(Object.keys(next['x-kedge']!.fleet.keys)).toEqual([fresh.keyId])
    expect(next['x-kedge']!.fleetId).toBe(root['x-kedge']!.fleetId)
    expect(next.roles).toEqual(root.roles)
  })

  it('lets the fleet role take one signature and no more', async () => {
    const { root } = await found()
    const add = [(await makeKey()).signer]
    const two = { role: 'fleet' as const, add, remove: [], threshold: 2 }
    expect(() => rotateRoot(root, two, now)).toThrow('cannot take 2 signatures')
  })

  it('never leaves a role with fewer keys than it takes signatures', async () => {
    const { old, root } = await found()
    const remove = [old.keyId]
    expect(() => rotateRoot(root, { role: 'root', add: [], remove }, now)).toThrow('0 keys')
    expect(() => rotateRoot(root, { role: 'root', add: [], remove: ['x'] }, now)).toThrow(
      'has no key x',
    )
  })

  it('keeps fields that it does not know', async () => {
    const { root } = await found()
    const strange = { ...root, 'x-other': { kept: true } }
    const fresh = (await makeKey()).signer
    const next = rotateRoot(strange, { role: 'snapshot', add: [fresh], remove: [] }, now)
    expect(next).toMatchObject({ 'x-other': { kept: true } })
  })
})
