import { beforeTheFirst, hashOfRecord, type AuditRecord } from './audit-record.js'
import type { Checkpoint } from './checkpoint.js'

export interface ChainVerdict {
  /** Rows that hold, from the first on. */
  readonly rows: number
  /** Hash of the last row that holds. */
  readonly hash: string
  /** The first row that does not hold, and why; undefined when all do. */
  readonly bad?: { readonly n: number; readonly says: string }
}

/**
 * Follows the chain from its first row. What somebody with the database in hand has edited, deleted,
 * inserted or moved is found at its first row. A trail cut at its end, or written anew from some row
 * on, holds in itself: only a checkpoint that was kept elsewhere shows it.
 */
export async function verifyChain(
  records: AsyncIterable<AuditRecord> | Iterable<AuditRecord>,
  checkpoints: readonly Checkpoint[] = [],
): Promise<ChainVerdict> {
  // One of an empty trail says nothing.
  const expected = checkpoints.filter(({ n }) => n > 0).sort((a, b) => a.n - b.n)
  let rows = 0
  let hash = beforeTheFirst
  let proved = 0
  for await (const record of records) {
    const n = rows + 1
    const says = faultOf(record, n, hash)
    if (says !== undefined) return { rows, hash, bad: { n, says } }
    rows = n
    hash = record.hash
    for (; expected[0]?.n === n; expected.shift()) {
      const [checkpoint] = expected
      if (checkpoint.hash !== hash) return rewritten({ rows: proved, hash }, checkpoint)
      proved = n
    }
  }
  const [missing] = expected.filter(({ n }) => n > rows)
  if (missing === undefined) return { rows, hash }
  const says = `the trail ends, but a checkpoint of ${timeOf(missing)} knows ${missing.n} rows`
  return { rows, hash, bad: { n: rows + 1, says } }
}

function faultOf(record: AuditRecord, n: number, prevHash: string): string | undefined {
  if (record.n > n) return record.n === n + 1 ? 'it is missing' : `${record.n - n} rows are missing`
  if (record.n < n) return `a row ${record.n} stands in its place`
  if (hashOfRecord(record) !== record.hash) return 'it was changed after it was written'
  if (record.prevHash !== prevHash) return 'it does not follow from the row before it'
  return undefined
}

function rewritten(last: { rows: number; hash: string }, checkpoint: Checkpoint): ChainVerdict {
  const says =
    `a row from here to ${checkpoint.n} was written anew, with all after it: the checkpoint of ` +
    `${timeOf(checkpoint)} has another hash`
  return { ...last, bad: { n: last.rows + 1, says } }
}

const timeOf = ({ at }: Checkpoint): string => new Date(at).toISOString()
