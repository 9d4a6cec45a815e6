import type { Codec } from '@kedge/shared/model/document-codec'
import { topicMap, type PayloadOf, type TopicKind } from '@kedge/shared/protocol/topic-map'
import type { Topic } from '@kedge/shared/protocol/topics'

/** A document as the bytes its topic's kind carries. */
export function encodeMessage<Kind extends TopicKind>(
  topic: Topic<Kind>,
  payload: PayloadOf<Kind>,
): Buffer {
  // TypeScript does not see that a kind's codec and payload belong together; the map says so.
  const codec = topicMap[topic.kind].codec as unknown as Codec<PayloadOf<Kind>>
  const bytes = codec.encode(payload)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
