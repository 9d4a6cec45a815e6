import path from 'node:path'
import { addSignatures } from '@kedge/shared/trust/tuf/sign-metadata'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { writeFileAtomically } from '../files/write-file-atomically.js'
import { formatShortfall, isEnough, shortKeyId, tallySignatures } from '../trust/signature-tally.js'
import { readMetadataFile } from './metadata-files.js'
import { note, print } from './output.js'
import { readSigners, type SigningFlags } from './read-key.js'

/** Adds signatures to a metadata file: how several holders sign one, each on a machine of their own. */
export async function signFile(file: string, flags: SigningFlags): Promise<void> {
  const bytes = await readMetadataFile(file)
  const type = /(^|\.)root\.json$/.test(path.basename(file)) ? 'root' : 'targets'
  readMetadata(bytes, type)
  const signers = await readSigners(flags.key, flags)
  const signed = await addSignatures(bytes, type, signers)
  await writeFileAtomically(file, signed)
  print(`${file} is signed by ${signers.map(({ keyId }) => shortKeyId(keyId)).join(', ')}`)
  if (type === 'root') await sayWhoIsMissing(signed)
}

/** Of the keys that the root names itself; those of the one before are known to the server. */
async function sayWhoIsMissing(bytes: Uint8Array): Promise<void> {
  const root = readMetadata(bytes, 'root')
  const tally = await tallySignatures(root, root.signed.roles.root, root.signed.keys)
  if (!isEnough(tally)) note(`it ${formatShortfall(tally)}`)
}
