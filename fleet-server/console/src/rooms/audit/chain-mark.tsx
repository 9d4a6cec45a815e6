import { useQuery } from '@tanstack/react-query'
import type { AuditRecord } from '../../api/documents.js'
import { formatCount } from '../../parts/format.js'
import { Mark } from '../../parts/mark.js'
import { type ChainFinding, checkShown } from './check-chain.js'

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
    queryFn: () => checkShown(rows, isWhole),
    enabled: newest !== undefined,
    staleTime: Infinity,
  })
  if (newest === undefined || oldest === undefined || data === undefined) return null
  const span = `rows ${formatCount(oldest.n)} to ${formatCount(newest.n)}`
  return (
    <FindingMark finding={data}>
      {isWhole
        ? `Chain verified: ${span}, none changed, none missing`
        : `${formatCount(rows.length)} rows verified, none changed`}
    </FindingMark>
  )
}

/** A finding in words; those for a sound chain are given. */
export function FindingMark({ finding, children }: { finding: ChainFinding; children: string }) {
  switch (finding.is) {
    case 'sound':
      return (
        <Mark tone="good" shape="check">
          {children}
        </Mark>
      )
    case 'unchecked':
      return (
        <Mark tone="idle" shape="dashes">
          Not verified: this browser can hash only over https
        </Mark>
      )
    case 'bad':
      return (
        <Mark tone="bad" shape="alert">
          Row {formatCount(finding.n)} {faults[finding.fault]}
        </Mark>
      )
  }
}

const faults = {
  changed: 'has been changed after it was written',
  misplaced: 'does not follow the one before: a row is missing or replaced',
} as const
