import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { releaseCodec } from '@kedge/shared/model/release'
import { releasePath } from '@kedge/shared/trust/release-target'
import { addSignatures } from '@kedge/shared/trust/tuf/sign-metadata'
import type { TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { sha256Of } from '../blobs/blob-store.js'
import { writeFileAtomically } from '../files/write-file-atomically.js'
import type { PackagedRelease } from '../models/package-release.js'
import { signRelease, type SignedFile } from '../models/sign-release.js'
import { shortKeyId } from '../trust/signature-tally.js'
import { readMetadataFile } from './metadata-files.js'
import { print } from './output.js'
import { checkModelFile, type ModelFlags } from './prepare-release.js'
import { readSigners, type SigningFlags } from './read-key.js'

interface SignFlags extends ModelFlags, SigningFlags {
  readonly name?: string
  readonly version?: string
  readonly role?: string
  readonly out?: string
}

/** A release in a folder: `release.json`, `metadata/N.model.NAME.json`, and `blobs/` by digest. */
export interface SignedRelease extends Pick<PackagedRelease, 'blobs'> {
  readonly model: string
  readonly version: string
  readonly file: SignedFile
}

/** Signs a model into a folder, or adds a signature to such a folder. */
export async function signModel(from: string, flags: SignFlags): Promise<void> {
  const isFolder = await stat(from).then(
    (found) => found.isDirectory(),
    () => false,
  )
  await (isFolder ? addSignature(from, flags) : signModelFile(from, flags))
}

/** Checks a model and signs it on this machine, for `kedge model push FOLDER` on another. */
async function signModelFile(file: string, flags: SignFlags): Promise<void> {
  const { name, version, key, role, out } = flags
  if (name === undefined || version === undefined || out === undefined) {
    throw new UsageError('usage', 'a model file takes --name NAME, --version VERSION and --out DIR')
  }
  const held = role === undefined ? undefined : await readMetadataFile(role)
  const signers = await readSigners(key, flags)
  const checked = await checkModelFile(file, flags)
  const { ref, blobs } = await checked.pack(name, version)
  const signed = await signRelease(ref, { role: held, signers, now: Date.now() })
  for (const [sha256, bytes] of blobs) {
    await writeFileAtomically(path.join(out, 'blobs', sha256), bytes)
  }
  await writeFileAtomically(path.join(out, 'metadata', signed.name), signed.bytes)
  await writeFileAtomically(path.join(out, 'release.json'), blobs.get(ref.sha256) ?? '')
  sayNext(`${name}@${version} (release ${ref.sha256.slice(0, 12)})`, signers, out)
}

/** A second publisher signs what the first has prepared, once it is what it says. */
async function addSignature(folder: string, flags: SignFlags): Promise<void> {
  const { model, version, file } = await readSignedRelease(folder)
  const release = sha256Of(await readFile(path.join(folder, 'release.json')))
  const { signed } = readMetadata(file.bytes, 'targets')
  const target = signed.targets[releasePath({ model, version })]
  if (target?.hashes['sha256'] !== release) {
    throw new UsageError('usage', `${file.name} in ${folder} does not name the release beside it`)
  }
  const signers = await readSigners(flags.key, flags)
  const bytes = await addSignatures(file.bytes, 'targets', signers)
  await writeFileAtomically(path.join(folder, 'metadata', file.name), bytes)
  sayNext(`${model}@${version} (release ${release.slice(0, 12)})`, signers, folder)
}

function sayNext(what: string, signers: readonly TufSigner[], folder: string): void {
  const by = signers.map(({ keyId }) => shortKeyId(keyId)).join(' and ')
  print(
    `${what} is signed by ${by}; publish it with \`kedge model push ${folder}\`, or have another ` +
      `publisher sign it too with \`kedge model sign ${folder} --key KEY\``,
  )
}

/** @throws UsageError `usage` when the folder holds no signed release */
export async function readSignedRelease(folder: string): Promise<SignedRelease> {
  try {
    const { model, version } = releaseCodec.decode(
      await readFile(path.join(folder, 'release.json')),
    )
    const [name = ''] = await readdir(path.join(folder, 'metadata'))
    const bytes = await readFile(path.join(folder, 'metadata', name))
    const blobs = new Map<string, Uint8Array>()
    for (const blob of await readdir(path.join(folder, 'blobs'))) {
      const content = await readFile(path.join(folder, 'blobs', blob))
      blobs.set(sha256Of(content), content)
    }
    return { model, version, file: { name, bytes }, blobs }
  } catch (cause) {
    throw new UsageError(
      'usage',
      `${folder} holds no signed release; \`kedge model sign --out ${folder}\` makes one`,
      { cause },
    )
  }
}
