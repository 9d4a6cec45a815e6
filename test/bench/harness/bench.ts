/** One line of the table. */
export interface Row {
  /** What is measured, and how often. */
  readonly what: string
  readonly baseline: string
  readonly ours: string
  readonly ratio: number
  readonly target: { readonly atMost: number } | { readonly atLeast: number }
  /** Smallest and largest ratio of the blocks. */
  readonly spread: readonly [number, number]
  /**
   * Share of CPU time nobody used, 0 to 1: while it ran, or in the pauses between the blocks where
   * it takes every core itself.
   */
  readonly idle: number
}

/** A goal of PERFORMANCE.md. A file `<name>.bench.ts` beside `main.ts` that exports one is found. */
export interface Bench {
  /** `G6`: what `npm run bench -- G6` selects. */
  readonly goal: string
  run(report: (line: string) => void): AsyncIterable<Row>
}

export const passes = ({ ratio, target }: Row): boolean =>
  'atMost' in target ? ratio <= target.atMost : ratio >= target.atLeast
