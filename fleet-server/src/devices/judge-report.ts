import type { Report } from '@kedge/shared/protocol/report'
import { Minutes } from '@kedge/shared/util/units'

/** What is remembered of a device's reports, to tell the next one from a copy and from a clone's. */
export interface ReportChain {
  /** The boot that speaks for the device. */
  readonly boot: string
  /** Number of its last report, and SHA-256 of that report's payload. */
  readonly seq: number
  readonly hash: string
  /** When its first report was signed. */
  readonly since: number
  /** Boots before this one, the latest first. */
  readonly past: readonly PastBoot[]
}

interface PastBoot {
  readonly boot: string
  readonly seq: number
  /** When the first report of the boot after it was signed. */
  readonly until: number
}

/** A report whose signature holds, as far as its place among the others goes. */
export interface ReportLink extends Pick<Report, 'bootId' | 'reportSeq' | 'prevHash' | 'issuedAt'> {
  readonly hash: string
  readonly receivedAt: number
}

export type ReportVerdict =
  | { readonly kind: 'next'; readonly chain: ReportChain }
  /** The last one, delivered again. */
  | { readonly kind: 'known' }
  /** Older than the last one: held up on its way, or played again by somebody. */
  | { readonly kind: 'stale' }
  /** Not by one machine. */
  | { readonly kind: 'cloned'; readonly says: string }

/** Boots that are told apart; of one before those, a report is stale, or begins a boot anew. */
const keptBoots = 16
/**
 * A report from the future counts as signed so long after it came. Without an end to that, somebody
 * with a copy of the key could date a report years ahead, and no later one would count.
 */
const clockSkew = Minutes(10)
/** A clock may be set back by so much between two boots. */
const clockStep = Minutes(1)

/**
 * Where a report stands among those of its device (TRUST.md, T15).
 *
 * A restart is a boot that nobody has heard of, signed after the current one began: it takes over.
 * Evidence of a second machine is only what one machine cannot sign, or signs in no order of events:
 *
 * - two reports with one number in one boot, or one that names another before it than we have: a
 *   device signs each number once, so memory was copied;
 * - a boot that goes on after the boot that took over from it: a program that has ended signs
 *   nothing. When it came does not matter, for QoS 1 and a broker that holds messages back deliver
 *   late; it must be *signed* later, by the time that devices trust, and be a report we do not know.
 *
 * Whoever owns the broker, but not the key, can bring about neither.
 */
export function judgeReport(chain: ReportChain | undefined, link: ReportLink): ReportVerdict {
  const issued = Math.min(link.issuedAt, link.receivedAt + clockSkew)
  if (chain === undefined) return begin(link, issued, [])
  if (link.bootId === chain.boot) return goOn(chain, link)
  const before = chain.past.find(({ boot }) => boot === link.bootId)
  if (before) return judgePast(before, link, issued)
  // A boot whose every report was held back until now.
  if (issued < chain.since) return { kind: 'stale' }
  const { boot, seq, past } = chain
  return begin(link, issued, [{ boot, seq, until: issued }, ...past].slice(0, keptBoots))
}

const begin = (
  { bootId: boot, reportSeq: seq, hash }: ReportLink,
  since: number,
  past: readonly PastBoot[],
): ReportVerdict => ({ kind: 'next', chain: { boot, seq, hash, since, past } })

function goOn(chain: ReportChain, { reportSeq: seq, prevHash, hash }: ReportLink): ReportVerdict {
  const next: ReportVerdict = { kind: 'next', chain: { ...chain, seq, hash } }
  // Those in between were lost, and with them what they were.
  if (seq > chain.seq + 1) return next
  if (seq === chain.seq + 1) return prevHash === chain.hash ? next : forked(seq)
  if (seq < chain.seq) return { kind: 'stale' }
  return hash === chain.hash ? { kind: 'known' } : forked(seq)
}

const forked = (seq: number): ReportVerdict => ({
  kind: 'cloned',
  says: `two different reports have the number ${seq} of one boot, or come before it`,
})

function judgePast(before: PastBoot, link: ReportLink, issued: number): ReportVerdict {
  if (link.reportSeq <= before.seq || issued <= before.until + clockStep) return { kind: 'stale' }
  const ended = new Date(before.until).toISOString()
  return {
    kind: 'cloned',
    says: `boot ${before.boot} reports on, though another took over at ${ended}`,
  }
}
