import type { ErrorCode } from '../../errors/error-codes.js'
import type { PayloadOf, TopicKind } from '../../protocol/topic-map.js'
import type { Topic } from '../../protocol/topics.js'

/**
 * The device's connection to its broker. It reconnects by itself for ever and never queues:
 * what must survive lies in the spool or the state store and is sent again from there.
 */
export interface Link extends AsyncDisposable {
  readonly online: boolean

  /**
   * Resolves when the broker has acknowledged the message.
   * @throws LinkError `link-offline` at once without a connection, or when it breaks before the
   *   acknowledgement; `link-timeout` when none comes
   */
  publish<Kind extends TopicKind>(topic: Topic<Kind>, payload: PayloadOf<Kind>): Promise<void>

  /**
   * Delivers the documents of one exact topic until it is disposed; a retained one comes at once.
   * Survives reconnects. What does not match its schema is counted, not delivered.
   * Resolves when the broker has granted the subscription, or at once when offline.
   */
  subscribe<Kind extends TopicKind>(
    topic: Topic<Kind>,
    onDocument: (document: PayloadOf<Kind>) => void,
  ): Promise<AsyncDisposable>

  /** Calls back on every change from now on; the result ends that. */
  onOnline(listener: (online: boolean) => void): () => void

  /** Messages that did not match their schema since the start. */
  readonly malformed: number
  /** What was wrong with the last of them. */
  readonly malformedCode: ErrorCode
}
