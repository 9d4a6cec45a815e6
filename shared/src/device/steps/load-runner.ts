import { decodeGoldenSamples, type GoldenSample } from '../../model/golden-samples.js'
import type { Release, ReleaseRef } from '../../model/release.js'
import { referenceProfileCodec } from '../../telemetry/reference-profile.js'
import type { LoadedRelease } from '../loaded-release.js'
import { chooseVariant, fileOf, loadRelease } from '../release-loader.js'
import type { StepContext } from './step-context.js'

/** Hands the release's bytes, hashed again on the way, to a runner of its own. */
export async function loadRunner(ref: ReleaseRef, context: StepContext): Promise<LoadedRelease> {
  const { models, inference } = context.host
  const release = await loadRelease(models, ref)
  const variant = chooseVariant(release, inference.providers)
  const profile = await read(context, release, release.profile)
  const runner = await inference.start({
    release,
    digest: ref.sha256,
    variant,
    model: await models.read(fileOf(release, variant.file).sha256),
    ...(profile && { profile: referenceProfileCodec.decode(profile) }),
  })
  return { ref, release, variant: variant.name, runner }
}

export async function loadGoldenSamples(
  release: Release,
  context: StepContext,
): Promise<GoldenSample[]> {
  const bytes = await read(context, release, release.golden?.file)
  return bytes ? decodeGoldenSamples(bytes) : []
}

async function read(context: StepContext, release: Release, path: string | undefined) {
  return path === undefined ? undefined : context.host.models.read(fileOf(release, path).sha256)
}
