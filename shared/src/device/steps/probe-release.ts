import { advance, type Deployment } from '../deployment-machine.js'
import type { GoldenSample } from '../../model/golden-samples.js'
import { isDamage, loadRelease } from '../release-loader.js'
import type { LoadedRelease } from '../loaded-release.js'
import { loadGoldenSamples, loadRunner } from './load-runner.js'
import type { StepContext } from './step-context.js'

/** Loads the new version in a runner beside the one that serves, and runs its golden samples. */
export async function probeRelease(
  slot: string,
  deployment: Deployment,
  { context, signal }: { context: StepContext; signal: AbortSignal },
): Promise<Deployment> {
  const { host, service } = context
  let loaded: LoadedRelease
  let samples: GoldenSample[]
  try {
    const release = await loadRelease(host.models, deployment.release)
    samples = await loadGoldenSamples(release, context)
    loaded = await loadRunner(deployment.release, context)
  } catch (error) {
    if (!isDamage(error)) throw error
    return advance(deployment, { type: 'incomplete' }, host.clock.now())
  }
  try {
    const report = await loaded.runner.probe(samples)
    signal.throwIfAborted()
    host.log.info('probe passed', { slot, version: deployment.release.version, ...report })
  } catch (error) {
    await loaded.runner[Symbol.asyncDispose]()
    throw error
  }
  await service.setCandidate(slot, loaded)
  return advance(deployment, { type: 'healthy' }, host.clock.now())
}
