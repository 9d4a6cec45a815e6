import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { RootDocument } from '@kedge/shared/trust/tuf/documents'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import type { TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import { readMetadata, verifyMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import type { SignedFile } from '../models/sign-release.js'
import { lifetimes, signedFields } from '../trust/metadata-fields.js'
import { rotateRoot, type RotatedRole, type Rotation } from '../trust/rotate-root.js'
import { tufSignerOf } from '../trust/tuf-signer.js'
import { connect, type Connection } from './client.js'
import { deliver, needMetadata, readMetadataFile } from './metadata-files.js'
import { note } from './output.js'
import { readKey, readPublicKey } from './read-key.js'

interface RotateFlags extends Connection {
  readonly key: readonly string[]
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

/** Signs the next root, in which a role has other keys, with the old root's keys and the new one's. */
export async function rotateKey(role: string, flags: RotateFlags): Promise<void> {
  if (!isRotated(role)) {
    throw new UsageError('usage', `${role} is no role of a root; it has ${rotated.join(', ')}`)
  }
  const before = readMetadata(await find('root.json', flags.root, flags), 'root').signed
  const after = rotateRoot(before, await toRotation(role, before, flags), Date.now())
  const signers = await signersOf([...flags.key, ...(flags.add ?? [])])
  const wanted = new Set([...before.roles.root.keyids, ...after.roles.root.keyids])
  const root = await signMetadata(
    after,
    signers.filter(({ keyId }) => wanted.has(keyId)),
  )
  await checkThresholds(root, before)
  const files: SignedFile[] = [{ name: `${after.version}.root.json`, bytes: root }]
  if (role === 'targets') files.push(await signTargets(after, signers, flags))
  await deliver(files, flags)
  if (rotated.indexOf(role) > 1)
    note(`the server needs the new key in DATA/keys before it takes it`)
}

const find = (name: string, file: string | undefined, flags: Connection): Promise<Uint8Array> =>
  file === undefined ? needMetadata(connect(flags), name) : readMetadataFile(file)

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

/** Signers of those keys that are files; a public key alone signs nothing. */
async function signersOf(keys: readonly string[]): Promise<TufSigner[]> {
  const signers: TufSigner[] = []
  for (const key of keys) {
    if (!/^[A-Za-z0-9+/]{43}=$/.test(key)) signers.push(await tufSignerOf(await readKey(key)))
  }
  return signers
}

/** Says who must sign still; the server refuses what has not enough signatures. */
async function checkThresholds(bytes: Uint8Array, before: RootDocument): Promise<void> {
  const file = readMetadata(bytes, 'root')
  for (const [which, root] of [
    ['old', before],
    ['new', file.signed],
  ] as const) {
    await verifyMetadata(file, root.roles.root, root.keys).catch(() => {
      const { keyids, threshold } = root.roles.root
      const holders = keyids.map((id) => id.slice(0, 20)).join(', ')
      note(
        `not enough yet: the ${which} root takes ${threshold} signatures of ${holders}; ` +
          'each holder adds one with `kedge key sign FILE --key KEY`',
      )
    })
  }
}

/** The same targets, signed by the role's new keys. */
async function signTargets(
  root: RootDocument,
  signers: readonly TufSigner[],
  flags: RotateFlags,
): Promise<SignedFile> {
  const before = readMetadata(await find('targets.json', flags.targets, flags), 'targets').signed
  const version = before.version + 1
  const next = { ...before, ...signedFields(version, Date.now() + lifetimes.targets) }
  const own = signers.filter(({ keyId }) => root.roles.targets.keyids.includes(keyId))
  return { name: `${version}.targets.json`, bytes: await signMetadata(next, own) }
}
