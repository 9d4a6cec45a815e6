import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { releaseCodec } from '@kedge/shared/model/release'
import { sha256Of } from '../blobs/blob-store.js'
import { writeFileAtomically } from '../files/write-file-atomically.js'
import type { PackagedRelease } from '../models/package-release.js'
import { signRelease, type SignedFile } from '../models/sign-release.js'
import { tufSignerOf } from '../trust/tuf-signer.js'
import { readMetadataFile } from './metadata-files.js'
import { print } from './output.js'
import { checkModelFile, type ModelFlags } from './prepare-release.js'
import { readKey } from './read-key.js'

interface SignFlags extends ModelFlags {
  readonly name: string
  readonly version: string
  readonly key: readonly string[]
  readonly role?: string
  readonly out: string
}

/** A release in a folder: `release.json`, `metadata/N.model.NAME.json`, and `blobs/` by digest. */
export interface SignedRelease extends Pick<PackagedRelease, 'blobs'> {
  readonly model: string
  readonly version: string
  readonly file: SignedFile
}

/** Checks a model and signs it on this machine, for `kedge model push FOLDER` on another. */
export async function signModel(file: string, flags: SignFlags): Promise<void> {
  const { name, version, key, role, out } = flags
  const signers = await Promise.all(key.map(async (one) => tufSignerOf(await readKey(one))))
  const checked = await checkModelFile(file, flags)
  const { ref, blobs } = await checked.pack(name, version)
  const held = role === undefined ? undefined : await readMetadataFile(role)
  const signed = await signRelease(ref, { role: held, signers, now: Date.now() })
  for (const [sha256, bytes] of blobs) {
    await writeFileAtomically(path.join(out, 'blobs', sha256), bytes)
  }
  await writeFileAtomically(path.join(out, 'metadata', signed.name), signed.bytes)
  await writeFileAtomically(path.join(out, 'release.json'), blobs.get(ref.sha256) ?? '')
  print(`${name}@${version} is signed; publish it with \`kedge model push ${out}\``)
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
