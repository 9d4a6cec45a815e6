import { readFile } from 'node:fs/promises'
import type { TrainedDemo } from '@kedge/shared/demo/trained-demo'
import { createKeyFile, keyFileSchema, type KeyFile } from '@kedge/shared/trust/keys'
import type { Client } from '../cli/client.js'
import { registerPublisher } from '../cli/register-publisher.js'
import { uploadRelease } from '../cli/upload-release.js'
import { writeFileAtomically } from '../files/write-file-atomically.js'
import type { ReleaseRecord } from '../models/model.js'
import { packageRelease } from '../models/package-release.js'
import { tufSignerOf } from '../trust/tuf-signer.js'

/** The key that signs the demo models: made once, as `kedge key create` does. */
export async function demoPublisher(file: string): Promise<KeyFile> {
  const kept = await readFile(file, 'utf8').catch(() => undefined)
  if (kept !== undefined) return keyFileSchema.parse(JSON.parse(kept))
  const key = await createKeyFile('demo')
  await writeFileAtomically(file, `${JSON.stringify(key, null, 2)}\n`, 0o600)
  return key
}

/** Signs and uploads a trained model, as `kedge model push` does. */
export async function publishDemo(
  client: Client,
  key: KeyFile,
  demo: TrainedDemo,
): Promise<ReleaseRecord> {
  await registerPublisher(client, key)
  const packaged = await packageRelease(demo.model, {
    name: demo.name,
    version: '1.0.0',
    createdAt: Date.now(),
    notes: 'Trained at the first start, from generated data.',
    prediction: demo.prediction,
    metrics: { ...demo.metrics },
    golden: { samples: demo.golden, tolerance: demo.tolerance },
    profile: demo.profile,
  })
  const signer = await tufSignerOf(key)
  return (await uploadRelease(client, packaged, { signers: [signer] })).release
}
