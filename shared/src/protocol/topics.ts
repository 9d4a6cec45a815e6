import { DocumentError } from '../errors/document-error.js'
import type { TopicKind } from './topic-map.js'

/** A topic and the kind of document it carries: what is published to it follows from its type. */
export interface Topic<Kind extends TopicKind = TopicKind> {
  readonly kind: Kind
  readonly path: string
}

const root = 'kedge/1'

const ofDevice =
  <Kind extends TopicKind>(kind: Kind) =>
  (device: string): Topic<Kind> => ({ kind, path: `${root}/d/${device}/${kind}` })

export const topics = {
  desired: ofDevice('desired'),
  reported: ofDevice('reported'),
  presence: ofDevice('presence'),
  telemetry: ofDevice('telemetry'),
  ack: ofDevice('ack'),
  /** What time is it? */
  ask: ofDevice('ask'),
  time: ofDevice('time'),
  blob: (sha256: string): Topic<'blob'> => ({ kind: 'blob', path: `${root}/blob/${sha256}` }),
  /** By the names of TUF with consistent snapshots: `3.root.json`, `timestamp.json`, … */
  meta: (name: string): Topic<'meta'> => ({ kind: 'meta', path: `${root}/meta/${name}` }),
} as const

/** The filters a server subscribes to on a broker that it does not run itself. */
export const serverFilters = (['reported', 'presence', 'telemetry', 'ask'] as const).map(
  (kind) => `${root}/d/+/${kind}`,
)

const blobPattern = new RegExp(`^${root}/blob/([0-9a-f]{64})$`)
/** A delegated role is named for its model: `4.model.gesture.json`. */
const metaPattern = new RegExp(
  `^${root}/meta/(timestamp\\.json|[1-9]\\d{0,14}\\.(?:root|snapshot|targets|model\\.[a-z0-9][a-z0-9-]{0,62})\\.json)$`,
)
const devicePattern = new RegExp(
  `^${root}/d/([a-z0-9][a-z0-9._-]{0,63})/(desired|reported|presence|telemetry|ack|ask|time)$`,
)

type DeviceTopicKind = Exclude<TopicKind, 'blob' | 'meta'>

export type ParsedTopic =
  | { readonly topic: Topic<'blob'>; readonly sha256: string }
  | { readonly topic: Topic<'meta'>; readonly name: string }
  | { readonly topic: Topic<DeviceTopicKind>; readonly device: string }

/**
 * Reads an exact topic; filters with wildcards are not topics.
 *
 * @throws DocumentError `topic-unknown`
 */
export function parseTopic(path: string): ParsedTopic {
  const sha256 = blobPattern.exec(path)?.[1]
  if (sha256 !== undefined) return { topic: topics.blob(sha256), sha256 }
  const name = metaPattern.exec(path)?.[1]
  if (name !== undefined) return { topic: topics.meta(name), name }
  const [, device, kind] = devicePattern.exec(path) ?? []
  if (device === undefined) {
    throw new DocumentError(
      'topic-unknown',
      `${JSON.stringify(path.slice(0, 200))} is no topic of Kedge`,
    )
  }
  return { topic: { kind: kind as DeviceTopicKind, path }, device }
}
