import { webSha256 } from '@kedge/shared/util/sha256'
import type { AuditRecord } from '../../api/documents.js'
import { textOfRecord } from '../../../../src/audit/record-text.js'

/** What this browser has found out about the rows it was given. */
export type ChainFinding =
  | { readonly is: 'sound'; readonly rows: number }
  /** The first bad row, and what is wrong with it. */
  | { readonly is: 'bad'; readonly n: number; readonly fault: 'changed' | 'misplaced' }
  /** Browsers hash only on https and on this machine. */
  | { readonly is: 'unchecked' }

type Link = Pick<AuditRecord, 'n' | 'hash'>

/** The row that is not there: the first one follows it. */
const beforeTheFirst: Link = { n: 0, hash: '0'.repeat(64) }

/**
 * Checks rows that are shown newest first: that each hash fits its row, and, where no row between
 * them is left out, that each follows the one before.
 */
export async function checkShown(
  rows: readonly AuditRecord[],
  isWhole: boolean,
): Promise<ChainFinding> {
  if (!isSecureContext) return { is: 'unchecked' }
  let before: Link | undefined
  for (const record of rows.toReversed()) {
    const fault = await faultOf(record, isWhole ? before : undefined)
    if (fault !== undefined) return { is: 'bad', n: record.n, fault }
    before = record
  }
  return { is: 'sound', rows: rows.length }
}

/** Checks the whole trail, page by page from its first row; `onRows` hears how far it is. */
export async function checkTrail(
  pages: AsyncIterable<readonly AuditRecord[]>,
  onRows: (rows: number) => void,
): Promise<ChainFinding> {
  if (!isSecureContext) return { is: 'unchecked' }
  let before = beforeTheFirst
  for await (const page of pages) {
    for (const record of page) {
      const fault = await faultOf(record, before)
      if (fault !== undefined) return { is: 'bad', n: before.n + 1, fault }
      before = record
    }
    onRows(before.n)
  }
  return { is: 'sound', rows: before.n }
}

async function faultOf(
  { hash, ...record }: AuditRecord,
  before: Link | undefined,
): Promise<'changed' | 'misplaced' | undefined> {
  const follows =
    before === undefined || (record.n === before.n + 1 && record.prevHash === before.hash)
  const text = new TextEncoder().encode(textOfRecord(record))
  if ((await webSha256(text)) !== hash) return 'changed'
  return follows ? undefined : 'misplaced'
}
