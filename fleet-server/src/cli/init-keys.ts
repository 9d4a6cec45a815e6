import path from 'node:path'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { createKeyFile, type KeyFile } from '@kedge/shared/trust/keys'
import { writeFileAtomically } from '../files/write-file-atomically.js'
import { foundRepository } from '../trust/found-repository.js'
import { writeKeyFile } from '../trust/key-folder.js'
import { print } from './output.js'
import { checkFree } from './read-key.js'

interface InitFlags {
  readonly out: string
  readonly roots: number
  readonly threshold: number
}

/** Makes every key of a fleet on this machine, so that the server never sees those it must not have. */
export async function initKeys({ out, roots, threshold }: InitFlags): Promise<void> {
  if (threshold > roots) {
    throw new UsageError('usage', `${roots} root keys cannot give ${threshold} signatures`)
  }
  await checkFree(out)
  const keep = async (file: string, name: string): Promise<KeyFile> => {
    const key = await createKeyFile(name)
    await writeKeyFile(path.join(out, file), key)
    return key
  }
  const rootKeys: KeyFile[] = []
  for (let n = 1; n <= roots; n++) {
    const name = roots === 1 ? 'root' : `root-${n}`
    rootKeys.push(await keep(`offline/${name}.json`, name))
  }
  const keys = {
    roots: rootKeys,
    targets: await keep('offline/targets.json', 'targets'),
    snapshot: await keep('snapshot.json', 'snapshot'),
    timestamp: await keep('timestamp.json', 'timestamp'),
    fleet: await keep('fleet.json', 'fleet'),
  }
  const first = await foundRepository(keys, { now: Date.now(), threshold })
  await writeFileAtomically(path.join(out, 'metadata', '1.root.json'), first.root)
  await writeFileAtomically(path.join(out, 'metadata', '1.targets.json'), first.targets)
  print(
    `${out}/offline: root and targets keys; keep them off the server, and keep a copy\n` +
      `${out}: the rest; copy it to DATA/keys of the server, without offline/, before its first start`,
  )
}
