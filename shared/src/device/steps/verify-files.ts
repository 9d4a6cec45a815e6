import { DeliveryError } from '../../errors/device-error.js'
import { advance, type Deployment } from '../deployment-machine.js'
import { chooseVariant, filesOf, isDamage, loadRelease } from '../release-loader.js'
import { fetchIndex } from './fetch-index.js'
import type { StepContext } from './step-context.js'

/** Joins the chunks into files; each gets its name only when the whole has the announced digest. */
export async function verifyFiles(
  deployment: Deployment,
  { host }: StepContext,
  signal: AbortSignal,
): Promise<Deployment> {
  try {
    const release = await loadRelease(host.models, deployment.release)
    for (const file of filesOf(release, chooseVariant(release, host.inference.providers))) {
      if (await host.models.has(file.sha256)) continue
      await host.models.assemble(await fetchIndex(file, host, signal))
    }
  } catch (error) {
    const isMissing = error instanceof DeliveryError && error.code === 'chunk-unavailable'
    const isLost = isDamage(error) && !(await host.models.has(deployment.release.sha256))
    if (!isMissing && !isLost) throw error
    return advance(deployment, { type: 'incomplete' }, host.clock.now())
  }
  return advance(deployment, { type: 'verified' }, host.clock.now())
}
