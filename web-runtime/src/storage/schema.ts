import type { DBSchema, IDBPDatabase, StoreNames } from 'idb'

/** What IndexedDB holds. Values are `unknown` where another version of this code may have written them. */
export interface KedgeSchema extends DBSchema {
  /** By digest: which chunks make the file. */
  files: { key: string; value: unknown }
  /** By digest: the bytes. One blob reads four times as fast as its chunks in rows of their own. */
  contents: { key: string; value: Blob }
  /** By digest: chunks of files that are still arriving. */
  chunks: { key: string; value: Uint8Array }
  /** Small documents by name. */
  documents: { key: string; value: unknown }
  /** Key pairs by name; the private halves cannot be exported. */
  keys: { key: string; value: CryptoKeyPair }
  /** Telemetry windows by sequence number. */
  spool: { key: number; value: unknown }
}

export type StoreName = StoreNames<KedgeSchema>

export const schemaVersion = 1

/** Takes a database from any older version to this one, in the transaction that opens it. */
export function upgradeSchema(database: IDBPDatabase<KedgeSchema>, from: number): void {
  if (from < 1) {
    for (const store of ['files', 'contents', 'chunks', 'documents', 'keys', 'spool'] as const) {
      database.createObjectStore(store)
    }
  }
}
