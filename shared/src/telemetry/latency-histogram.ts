/** Eight bins an octave: a bin is 9 % wide, so a percentile is within 4.5 % of the truth. */
const binsPerOctave = 8
/** 2^28 µs is about 4.5 minutes; anything slower counts in the last bin. */
const binCount = 28 * binsPerOctave

/** Counts of durations in logarithmic bins. Two histograms add by adding their counts. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(binCount)

  record(microseconds: number): void {
    this.#counts[binOf(microseconds)]! += 1
  }

  /** Non-empty bins as [bin, count, bin, count, …]. */
  toSparse(): number[] {
    const sparse: number[] = []
    this.#counts.forEach((count, bin) => {
      if (count > 0) sparse.push(bin, count)
    })
    return sparse
  }

  add(sparse: readonly number[]): void {
    for (let i = 0; i + 1 < sparse.length; i += 2) {
      const bin = sparse[i]!
      if (bin >= 0 && bin < binCount) this.#counts[bin]! += sparse[i + 1]!
    }
  }

  get count(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0)
  }

  clear(): void {
    this.#counts.fill(0)
  }

  /** The duration in microseconds below which a share `q` of all lies; undefined when empty. */
  quantile(q: number): number | undefined {
    const total = this.count
    if (total === 0) return undefined
    let remaining = Math.max(1, Math.ceil(q * total))
    for (let bin = 0; bin < binCount; bin++) {
      remaining -= this.#counts[bin]!
      if (remaining <= 0) return 2 ** ((bin + 0.5) / binsPerOctave)
    }
    return undefined
  }
}

function binOf(microseconds: number): number {
  if (!(microseconds > 1)) return 0
  return Math.min(binCount - 1, Math.floor(Math.log2(microseconds) * binsPerOctave))
}
