import { useQuery } from '@tanstack/react-query'
import type { AuditRecord } from '../../api/documents.js'
import { formatCount } from '../../parts/format.js'
import { Mark } from '../../parts/mark.js'
import { type ChainFinding, checkChain } from './check-chain.js'

interface ChainMarkProps {
  readonly rows: readonly AuditRecord[]
  /** No row between the first and the last is filtered away. */
  readonly isWhole: boolean
}

/** Whether the rows on this page are what they were when they were written, checked here and now. */
export function ChainMark({ rows, isWhole }: ChainMarkProps) {
  const newest = rows[0]
  const oldest = rows.at(-1)
  const { data } = useQuery({
    queryKey: ['chain', newest?.hash, oldest?.hash, rows.length, isWhole],
    queryFn: () => checkChain(rows, isWhole),
    enabled: newest !== undefined,
    staleTime: Infinity,
  })
  if (newest === undefined || oldest === undefined || data === undefined) return null
  const span = `rows ${formatCount(oldest.n)} to ${formatCount(newest.n)}`
  switch (data.is) {
    case 'sound':
      return (
        <Mark tone="good" shape="check">
          {isWhole
            ? `Chain verified: ${span}, none changed, none missing`
            : `${formatCount(rows.length)} rows verified, none changed`}
        </Mark>
      )
    case 'unchecked':
      return (
        <Mark tone="idle" shape="dashes">
          Not verified: this browser can hash only over https
        </Mark>
      )
    default:
      return (
        <Mark tone="bad" shape="alert">
          {badWords(data)}
        </Mark>
      )
  }
}

const badWords = (finding: ChainFinding & { readonly n: number }): string =>
  finding.is === 'changed'
    ? `Row ${formatCount(finding.n)} has been changed after it was written`
    : `Row ${formatCount(finding.n)} does not follow the one before: a row is missing or replaced`
