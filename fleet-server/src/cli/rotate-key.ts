import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { RootDocument } from '@kedge/shared/trust/tuf/documents'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import type { TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import type { SignedFile } from '../models/sign-release.js'
import { lifetimes, signedFields } from '../trust/metadata-fields.js'
import { rotateRoot, type RotatedRole, type Rotation } from '../trust/rotate-root.js'
import { formatShortfall, isEnough, tallySignatures } from '../trust/signature-tally.js'
import type { Connection } from './client.js'
import { deliver, findMetadata } from './metadata-files.js'
import { note } from './output.js'
import { isPublicKey, readPublicKey, readSigners, type SigningFlags } from './read-key.js'
import { rotateModel } from './rotate-model.js'
import { signTargets } from './sign-targets.js'

interface RotateFlags extends Connection, SigningFlags {
  readonly add?: readonly string[]
  readonly remove?: readonly string[]
  readonly keep?: boolean
  readonly threshold?: number
  readonly root?: string
  readonly targets?: string
  readonly out?: string
}

const rotated: readonly string[] = ['root', 'targets', 'snapshot', 'timestamp', 'fleet']
const isRotated = (role: string): role is RotatedRole => rotated.includes(role)

const isOnline = (role: RotatedRole) => role !== 'root' && role !== 'targets'

/** Signs the next root, in which a role has other keys, with the old root's keys and the new one's. */
export async function rotateKey(role: string, flags: RotateFlags): Promise<void> {
  const [, model] = /^model\.(.+)$/.exec(role) ?? []
  if (model !== undefined) return rotateModel(model, flags)
  if (!isRotated(role)) {
    const roles = rotated.join(', ')
    throw new UsageError('usage', `${role} is no role; there are ${roles} and model.NAME`)
  }
  if ((flags.add ?? flags.remove) === undefined && flags.threshold === undefined) {
    throw new UsageError('usage', 'say --add KEY, --remove ID or --threshold N')
  }
  const before = readMetadata(await findMetadata('root.json', flags.root, flags), 'root').signed
  const after = rotateRoot(before, await toRotation(role, before, flags), Date.now())
  // A public key alone signs nothing, and the server's own keys sign no root.
  const fresh = isOnline(role) ? [] : (flags.add ?? []).filter((one) => !isPublicKey(one))
  const signers = await readSigners([...flags.key, ...fresh], flags)
  const wanted = new Set([...before.roles.root.keyids, ...after.roles.root.keyids])
  const root = await signMetadata(
    after,
    signers.filter(({ keyId }) => wanted.has(keyId)),
  )
  await checkThresholds(root, before)
  const files: SignedFile[] = [{ name: `${after.version}.root.json`, bytes: root }]
  if (role === 'targets') files.push(await targetsUnder(after, signers, flags))
  if (isOnline(role) && flags.out !== undefined) {
    note(
      'the server takes it once the file of the new key is in its DATA/keys, without a passphrase',
    )
  }
  await deliver(files, flags)
}

async function toRotation(
  role: RotatedRole,
  root: RootDocument,
  { add = [], remove, keep, threshold }: RotateFlags,
): Promise<Rotation> {
  const added = await Promise.all(add.map(readPublicKey))
  const held =
    role === 'fleet' ? Object.keys(root['x-kedge']?.fleet.keys ?? {}) : [...root.roles[role].keyids]
  const others = held.filter((id) => !added.some(({ keyId }) => keyId === id))
  const removed = remove?.map((text) => held.find((id) => id.startsWith(text)) ?? text)
  return {
    role,
    add: added,
    remove: keep ? [] : (removed ?? (added.length > 0 ? others : [])),
    ...(threshold === undefined ? {} : { threshold }),
  }
}

/** Says who must sign still; the server refuses what has not enough signatures. */
async function checkThresholds(bytes: Uint8Array, before: RootDocument): Promise<void> {
  const file = readMetadata(bytes, 'root')
  for (const [which, root] of [
    ['old', before],
    ['new', file.signed],
  ] as const) {
    const tally = await tallySignatures(file, root.roles.root, root.keys)
    if (!isEnough(tally)) {
      note(
        `not enough yet, by the ${which} root's keys: it ${formatShortfall(tally)}; each holder ` +
          'adds one with `kedge key sign FILE --key KEY` (write the file with --out DIR)',
      )
    }
  }
}

/** The same targets, signed by the role's new keys. */
async function targetsUnder(
  root: RootDocument,
  signers: readonly TufSigner[],
  flags: RotateFlags,
): Promise<SignedFile> {
  const before = readMetadata(
    await findMetadata('targets.json', flags.targets, flags),
    'targets',
  ).signed
  const version = before.version + 1
  const next = { ...before, ...signedFields(version, Date.now() + lifetimes.targets) }
  const own = signers.filter(({ keyId }) => root.roles.targets.keyids.includes(keyId))
  return signTargets(next, own)
}
