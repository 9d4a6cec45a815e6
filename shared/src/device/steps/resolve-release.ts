import { advance, type Deployment } from '../deployment-machine.js'
import { chooseVariant, openRelease } from '../release-loader.js'
import { keepBlob } from './fetch-index.js'
import type { StepContext } from './step-context.js'

/** Fetches the signed release and checks that its publisher is trusted and a variant fits. */
export async function resolveRelease(
  deployment: Deployment,
  { host, publishers }: StepContext,
  signal: AbortSignal,
): Promise<Deployment> {
  const { release: ref } = deployment
  const bytes = await keepBlob(ref.sha256, host, signal)
  const release = await openRelease(bytes, ref, publishers)
  chooseVariant(release, host.inference.providers)
  return advance(deployment, { type: 'resolved' }, host.clock.now())
}
