import { topics } from '@kedge/shared/protocol/topics'
import type { PayloadOf, TopicKind } from '@kedge/shared/protocol/topic-map'
import type { Topic } from '@kedge/shared/protocol/topics'
import type { ServerContext } from '../context.js'
import { releaseBlobs } from '../models/release-blobs.js'
import { formatMetadataName } from '../trust/metadata-name.js'
import type { RetainedSource } from './device-door.js'

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
  for (let after = ''; ;) {
    const ids = await devices.ids(after, pageSize)
    for (const id of ids) {
      const issued = await desired.find(id)
      if (issued) yield { topic: topics.desired(id), payload: issued.envelope }
    }
    const last = ids.at(-1)
    if (last === undefined || ids.length < pageSize) return
    after = last
  }
}
