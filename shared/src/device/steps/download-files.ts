import type { ChunkIndex, ChunkRef } from '../../delivery/chunk-index.js'
import { planTransfer } from '../../delivery/transfer-plan.js'
import { StorageError } from '../../errors/device-error.js'
import type { Release } from '../../model/release.js'
import { formatBytes } from '../../util/units.js'
import { fetchChunks } from '../chunk-fetch.js'
import { advance, type Deployment } from '../deployment-machine.js'
import type { DeviceHost } from '../ports/host.js'
import { chooseVariant, filesOf, isDamage, loadRelease } from '../release-loader.js'
import { fetchIndex } from './fetch-index.js'
import type { StepContext } from './step-context.js'

/** Fetches the chunks that the device lacks, beside whatever runs. Resumes where it was cut off. */
export async function downloadFiles(
  slot: string,
  deployment: Deployment,
  { context, signal }: { context: StepContext; signal: AbortSignal },
): Promise<Deployment> {
  const { host } = context
  const release = await loadOrMiss(deployment, context)
  if (!release) return advance(deployment, { type: 'incomplete' }, host.clock.now())
  const files = filesOf(release, chooseVariant(release, host.inference.providers))
  const missing = new Map<string, ChunkRef>()
  let assembled = 0
  let whole = 0
  for (const file of files) {
    whole += file.length
    if (await host.models.has(file.sha256)) continue
    const index = await fetchIndex(file, host, signal)
    for (const chunk of await missingChunks(index, host)) missing.set(chunk.sha256, chunk)
    assembled += index.length
  }
  const chunks = [...missing.values()]
  const total = chunks.reduce((sum, { length }) => sum + length, 0)
  await reserveSpace(assembled + total, host)
  let done = 0
  context.progress(slot, done, total)
  await fetchChunks(chunks, {
    host,
    signal,
    isPartHeld: total < whole,
    onChunk: async ({ sha256 }, bytes) => {
      await host.models.putChunk(sha256, bytes)
      done += bytes.length
      context.progress(slot, done, total)
    },
  })
  return advance(deployment, { type: 'downloaded' }, host.clock.now())
}

/** Undefined when the signed release has been lost or spoilt since it was resolved. */
async function loadOrMiss(
  { release }: Deployment,
  { host }: StepContext,
): Promise<Release | undefined> {
  try {
    return await loadRelease(host.models, release)
  } catch (error) {
    if (isDamage(error) && !(await host.models.has(release.sha256))) return undefined
    throw error
  }
}

async function missingChunks(index: ChunkIndex, host: DeviceHost): Promise<readonly ChunkRef[]> {
  const held = await host.models.heldChunks(index.chunks.map(({ sha256 }) => sha256))
  return planTransfer(index, held).missing
}

/** Refuses before the first byte what cannot fit: the chunks, and the files that are made of them. */
async function reserveSpace(need: number, host: DeviceHost): Promise<void> {
  const { freeBytes } = await host.models.space()
  if (freeBytes >= need) return
  throw new StorageError(
    'storage-full',
    `it needs ${formatBytes(need)} and ${formatBytes(freeBytes)} are free`,
  )
}
