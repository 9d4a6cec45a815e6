import { topics } from '@kedge/shared/protocol/topics'
import type { PayloadOf, TopicKind } from '@kedge/shared/protocol/topic-map'
import type { Topic } from '@kedge/shared/protocol/topics'
import type { ServerContext } from '../context.js'
import { releaseBlobs } from '../models/release-blobs.js'
import { formatMetadataName } from '../trust/metadata-name.js'
import type { RetainedSource } from './device-door.js'
import { pagesOfDevices } from './pages-of-devices.js'

/** Where the embedded broker reads what it does not hold. */
export const createRetainedSource = ({
  blobs,
  desired,
  trust,
}: Pick<ServerContext, 'blobs' | 'desired' | 'trust'>): RetainedSource => ({
  blob: (sha256) => blobs.get(sha256),
  desired: async (device) => (await desired.find(device))?.envelope,
  meta: (name) => trust.file(name),
})

type Retained = {
  [Kind in TopicKind]: { readonly topic: Topic<Kind>; readonly payload: PayloadOf<Kind> }
}[TopicKind]

const pageSize = 500

/** Everything that an external broker is to hold for devices: it may have forgotten any of it. */
export async function* allRetained(
  parts: Pick<ServerContext, 'blobs' | 'desired' | 'devices' | 'releases' | 'trust'>,
): AsyncGenerator<Retained> {
  for (const { role, version, bytes } of await parts.trust.all()) {
    yield { topic: topics.meta(formatMetadataName(role, version)), payload: bytes }
  }
  for (let after = ''; ;) {
    const models = await parts.releases.models(after, pageSize)
    for (const { name } of models) {
      for (const release of await parts.releases.list(name)) {
        for await (const [sha256, payload] of releaseBlobs(parts.blobs, release)) {
          yield { topic: topics.blob(sha256), payload }
        }
      }
    }
    const last = models.at(-1)
    if (last === undefined || models.length < pageSize) break
    after = last.name
  }
  yield* allDesired(parts)
}

async function* allDesired({
  desired,
  devices,
}: Pick<ServerContext, 'desired' | 'devices'>): AsyncGenerator<Retained> {
  for await (const ids of pagesOfDevices(devices, pageSize)) {
    for (const [id, { envelope }] of await desired.findMany(ids)) {
      yield { topic: topics.desired(id), payload: envelope }
    }
  }
}
