import { webSha256 } from '@kedge/shared/util/sha256'
import type { AuditRecord } from '../../api/documents.js'
import { textOfRecord } from '../../../../src/audit/record-text.js'

/** What this browser has found out about the rows it was shown. */
export type ChainFinding =
  | { readonly is: 'sound' }
  /** A row whose hash does not fit what it says. */
  | { readonly is: 'changed'; readonly n: number }
  /** A row that does not follow the one before it. */
  | { readonly is: 'broken'; readonly n: number }
  /** Browsers hash only on https and on this machine. */
  | { readonly is: 'unchecked' }

/**
 * Checks rows, newest first: that each hash fits its row, and, where the rows are all there are,
 * that each names the one before.
 */
export async function checkChain(
  rows: readonly AuditRecord[],
  isWhole: boolean,
): Promise<ChainFinding> {
  if (!isSecureContext) return { is: 'unchecked' }
  for (const [index, { hash, ...record }] of rows.entries()) {
    const text = new TextEncoder().encode(textOfRecord(record))
    if ((await webSha256(text)) !== hash) return { is: 'changed', n: record.n }
    const before = rows[index + 1]
    if (!isWhole || before === undefined) continue
    if (record.prevHash !== before.hash || record.n !== before.n + 1) {
      return { is: 'broken', n: record.n }
    }
  }
  return { is: 'sound' }
}
