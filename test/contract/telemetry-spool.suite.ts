import type { TelemetrySpool } from '@kedge/shared/device/ports/telemetry'
import type { TelemetryWindow } from '@kedge/shared/telemetry/window'
import type { ContractCase } from './contract.js'
import type { Contract } from './describe-contract.js'

export interface TelemetrySpoolSubject extends AsyncDisposable {
  readonly spool: TelemetrySpool
  /** Closes the spool, and opens what is on the disk anew. */
  readonly reopen: () => Promise<TelemetrySpool>
  /** Another spool, in a place of its own, with room for about four windows of `sampleWindow`. */
  readonly openSmall: () => Promise<TelemetrySpool>
}

/** A window of about a kilobyte. */
export const sampleWindow = (count: number): TelemetryWindow => ({
  model: 'mnist',
  version: '1.0.0',
  release: 'a'.repeat(64),
  provider: 'cpu',
  from: 1_000,
  to: 61_000,
  count,
  errors: { 'inference-failed': 1 },
  latency: Array.from({ length: 200 }, (_, bin) => bin * 1_000),
  outputs: { y: { count, nonFinite: 0, mean: 0.5, m2: 0.25, min: 0, max: 1 } },
})

const countsOf = async (spool: TelemetrySpool, after: number, limit = 100): Promise<number[]> =>
  (await spool.pending(after, limit)).map(({ count }) => count)

const cases: ContractCase<TelemetrySpoolSubject>[] = [
  {
    name: 'numbers windows from one, without gaps, in the order they came',
    async run({ spool }, check) {
      for (const count of [10, 20, 30]) await spool.append(sampleWindow(count))
      const pending = await spool.pending(0, 10)
      check.equal(
        pending.map(({ seq }) => seq),
        [1, 2, 3],
      )
      check.equal(pending[1], { ...sampleWindow(20), seq: 2 })
    },
  },
  {
    name: 'gives the oldest first, at most as many as asked for, after the one named',
    async run({ spool }, check) {
      for (const count of [10, 20, 30, 40]) await spool.append(sampleWindow(count))
      check.equal(await countsOf(spool, 1, 2), [20, 30])
      check.equal(await countsOf(spool, 4), [])
    },
  },
  {
    name: 'forgets what was acknowledged, and never gives a number twice',
    async run({ spool, reopen }, check) {
      for (const count of [10, 20]) await spool.append(sampleWindow(count))
      await spool.trim(2)
      check.equal(await countsOf(spool, 0), [])
      const again = await reopen()
      await again.append(sampleWindow(30))
      check.equal(
        (await again.pending(0, 10)).map(({ seq }) => seq),
        [3],
      )
    },
  },
  {
    name: 'keeps its stream and its windows when it is opened anew',
    async run({ spool, reopen }, check) {
      check.ok(/^[0-9a-f]{16}$/.test(spool.stream), 'a stream is 16 hexadecimal digits')
      await spool.append(sampleWindow(10))
      const again = await reopen()
      check.equal(again.stream, spool.stream)
      check.equal(await countsOf(again, 0), [10])
      check.equal(await again.dropped(), {})
    },
  },
  {
    name: 'gives up the oldest when it is full, and counts them',
    async run({ openSmall }, check) {
      const spool = await openSmall()
      for (let count = 1; count <= 12; count++) await spool.append(sampleWindow(count))
      const kept = await countsOf(spool, 0)
      check.ok(kept.length >= 2 && kept.length <= 6, `${kept.length} windows are kept`)
      check.equal(kept.at(-1), 12)
      check.equal(await spool.dropped(), { 'spool-full': 12 - kept.length })
    },
  },
]

export const telemetrySpoolContract: Contract<TelemetrySpoolSubject> = {
  port: 'telemetry spool',
  cases,
}
