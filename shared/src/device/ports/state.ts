/**
 * Small documents that must survive: each is replaced whole or not at all, and is durable when
 * `save` resolves.
 */
export interface StateStore {
  /** Undefined when there is none, or when what is there cannot be read: it is then set aside. */
  load(name: StateName): Promise<unknown>
  /** @throws StorageError */
  save(name: StateName, document: unknown): Promise<void>
}

export type StateName = 'enrolment' | 'device'
