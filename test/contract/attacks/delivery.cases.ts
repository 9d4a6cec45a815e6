import { releaseCodec, type Release, type ReleaseRef } from '@kedge/shared/model/release'
import { topics } from '@kedge/shared/protocol/topics'
import { Ms } from '@kedge/shared/util/units'
import type { TrustScene } from '../trust-scene.js'
import { delay, type Delay } from './attack-kinds.js'

/** The digests of a release's files: each is so small that it is one chunk, of the same digest. */
function filesOf(
  { fleet: { broker } }: TrustScene,
  ref: ReleaseRef,
): Record<Release['files'][number]['role'], string> {
  const release = releaseCodec.decode(broker.retained.get(topics.blob(ref.sha256).path)!)
  const digests = release.files.map(({ role, sha256 }) => [role, sha256] as const)
  return Object.fromEntries(digests) as ReturnType<typeof filesOf>
}

function withhold({ fleet: { broker } }: TrustScene, ...digests: string[]): void {
  broker.blobAsSent = (sha256, bytes) => (digests.includes(sha256) ? undefined : bytes)
}

const heal = (scene: TrustScene): void => {
  withhold(scene)
  // What waits tries again at once with a new connection.
  scene.link.setOnline(false)
  scene.link.setOnline(true)
}

/** S2 by whoever owns the broker, on the bytes of a release that is signed. */
const attacks: Delay[] = [
  {
    name: 'S2 drop of all that a release is made of',
    code: 'chunk-unavailable',
    waits: ['downloading', 'chunk-unavailable'],
    strike: (scene, release) => withhold(scene, ...Object.values(filesOf(scene, release))),
    heal,
  },
  {
    name: 'S2 partial bundle: golden samples without their model',
    code: 'release-incomplete',
    waits: ['downloading', 'release-incomplete'],
    strike: (scene, release) => withhold(scene, filesOf(scene, release).model),
    heal,
  },
  {
    name: 'S2 slow retrieval, a few bytes a minute',
    code: 'transfer-slow',
    waits: ['downloading', 'transfer-slow'],
    strike: (scene, release) => {
      const { model, golden } = filesOf(scene, release)
      withhold(scene, model, golden)
      const { broker, clock } = scene.fleet
      const path = topics.blob(golden).path
      void clock.sleep(Ms(45_000)).then(() => broker.publishBytes(path, broker.retained.get(path)!))
    },
    heal,
  },
  {
    name: 'S2 endless data: more bytes than a chunk was announced with',
    code: 'chunk-unavailable',
    waits: ['downloading', 'chunk-unavailable'],
    strike: (scene, release) => {
      const { model } = filesOf(scene, release)
      scene.fleet.broker.blobAsSent = (sha256, bytes) =>
        sha256 === model ? new Uint8Array(128 * 1024) : bytes
    },
    heal,
  },
]

export const deliveryCases = attacks.map(delay)
