/** The fields of a row that its hash is taken over. */
export interface HashedFields {
  readonly n: number
  readonly prevHash: string
  readonly at: number
  readonly actor: { readonly kind: string; readonly id: string; readonly name: string }
  readonly method: string
  readonly ip: string
  readonly action: string
  readonly object: string
  readonly before?: string | undefined
  readonly after?: string | undefined
  readonly requestId: string
}

/**
 * What the hash of a row is taken over: all its fields in this fixed order, as JSON. Free of imports,
 * so that a browser can check the rows it is shown.
 */
export function textOfRecord(record: HashedFields): string {
  const { actor } = record
  return JSON.stringify([
    ...[record.n, record.prevHash, record.at, actor.kind, actor.id, actor.name],
    ...[record.method, record.ip, record.action, record.object],
    ...[record.before ?? null, record.after ?? null, record.requestId],
  ])
}
