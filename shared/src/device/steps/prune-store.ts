import { readChunkIndex } from '../../delivery/index-blobs.js'
import type { ReleaseRef } from '../../model/release.js'
import { loadRelease } from '../release-loader.js'
import { isSettled } from '../deployment-machine.js'
import type { StepContext } from './step-context.js'

/** Removes what no slot serves or fetches. */
export async function pruneStore(context: StepContext): Promise<void> {
  const files = new Set<string>()
  const chunks = new Set<string>()
  for (const ref of releasesInUse(context)) {
    files.add(ref.sha256)
    if (await context.host.models.has(ref.sha256)) await keepFiles(ref, context, { files, chunks })
  }
  await context.host.models.prune(files, chunks)
}

function releasesInUse({ slots }: StepContext): ReleaseRef[] {
  return Object.values(slots).flatMap(({ active, previous, deployment }) => [
    ...(active ? [active.release] : []),
    ...(previous ? [previous.release] : []),
    ...(deployment && !isSettled(deployment) ? [deployment.release] : []),
  ])
}

async function keepFiles(
  ref: ReleaseRef,
  { host }: StepContext,
  keep: { files: Set<string>; chunks: Set<string> },
): Promise<void> {
  const release = await loadRelease(host.models, ref)
  for (const file of release.files) {
    keep.files.add(file.sha256).add(file.index)
    if (!(await host.models.has(file.index))) continue
    const index = await readChunkIndex(file.index, (sha256) => {
      keep.files.add(sha256)
      return host.models.read(sha256)
    })
    for (const { sha256 } of index.chunks) keep.chunks.add(sha256)
  }
}
