import { idleNow } from './cpu.js'

export interface Compared {
  /** Medians of each, in the unit of the measurements. */
  readonly baseline: number
  readonly ours: number
  /** Median, smallest and largest of ours / baseline, block by block. */
  readonly ratio: number
  readonly spread: readonly [number, number]
  /** Share of CPU time nobody used in the pauses before the blocks: how quiet the machine was. */
  readonly idle: number
}

/** A figure, such as seconds, of one run. */
export type Measurement = () => Promise<number>

/**
 * Runs both in alternation, each first in every other block, so that what changes on the machine
 * meanwhile meets both. One block before the counted ones warms up.
 */
export async function compare(
  baseline: Measurement,
  ours: Measurement,
  blocks = 7,
): Promise<Compared> {
  await baseline()
  await ours()
  const idle: number[] = []
  const pairs: { baseline: number; ours: number }[] = []
  for (let i = 0; i < blocks; i++) {
    idle.push(await idleNow())
    if (i % 2 === 0) pairs.push({ baseline: await baseline(), ours: await ours() })
    else {
      const first = await ours()
      pairs.push({ baseline: await baseline(), ours: first })
    }
  }
  const ratios = pairs.map((pair) => pair.ours / pair.baseline)
  return {
    baseline: median(pairs.map((pair) => pair.baseline)),
    ours: median(pairs.map((pair) => pair.ours)),
    ratio: median(ratios),
    spread: [Math.min(...ratios), Math.max(...ratios)],
    idle: median(idle),
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2
}
