import { checkReleaseClass } from '../check-class.js'
import { advance, type Deployment } from '../deployment-machine.js'
import { chooseVariant, openRelease } from '../release-loader.js'
import { keepBlob } from './fetch-index.js'
import type { StepContext } from './step-context.js'

/** Fetches the release that its publisher vouches for, and checks that it fits this device. */
export async function resolveRelease(
  deployment: Deployment,
  { host, vouch }: StepContext,
  signal: AbortSignal,
): Promise<Deployment> {
  const { release: ref } = deployment
  const counter = await vouch(ref)
  signal.throwIfAborted()
  const release = openRelease(await keepBlob(ref, host, signal), ref)
  checkReleaseClass(release, host.machine.class)
  chooseVariant(release, host.inference.providers)
  return { ...advance(deployment, { type: 'resolved' }, host.clock.now()), counter }
}
