import { z } from 'zod'
import { envelopeSchema } from '@kedge/shared/protocol/envelope'
import { openEnvelope } from '@kedge/shared/trust/dsse'
import { signEnvelope, type Signer } from '@kedge/shared/trust/sign-envelope'
import { importPublicKey, publicKeySchema, type PublicKey } from '@kedge/shared/trust/keys'
import { decodeUtf8, encodeUtf8 } from '@kedge/shared/util/bytes'
import { countSchema, sha256Schema, timestampSchema } from '@kedge/shared/util/scalars'

const payloadType = 'application/vnd.kedge.audit-checkpoint.v1+json'

/** How the trail stood at a time. Who keeps it elsewhere can tell a trail that was cut or rewritten. */
export const checkpointSchema = z.object({
  fleet: z.string(),
  at: timestampSchema,
  /** The newest row, and its hash. */
  n: countSchema,
  hash: sha256Schema,
})
export type Checkpoint = z.infer<typeof checkpointSchema>

/** A checkpoint as it is kept: signed with DSSE, and the key beside it. */
export const checkpointFileSchema = z.object({ key: publicKeySchema, envelope: envelopeSchema })
export type CheckpointFile = z.infer<typeof checkpointFileSchema>

export async function signCheckpoint(
  checkpoint: Checkpoint,
  key: PublicKey,
  signer: Signer,
): Promise<CheckpointFile> {
  const payload = encodeUtf8(JSON.stringify(checkpoint))
  return { key, envelope: await signEnvelope(payloadType, payload, signer) }
}

/**
 * Reads a checkpoint whose signature holds. Without a `key` of the reader's own it is checked with
 * the one in the file, which is worth as much as the place where the file was kept.
 *
 * @throws TrustError `signature-invalid`; a ZodError or SyntaxError when it is no checkpoint
 */
export async function openCheckpoint(
  file: CheckpointFile,
  key: PublicKey = file.key,
): Promise<Checkpoint> {
  const trusted = await importPublicKey(key)
  const payload = await openEnvelope(file.envelope, payloadType, [trusted])
  return checkpointSchema.parse(JSON.parse(decodeUtf8(payload)))
}
