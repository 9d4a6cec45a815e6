/** A promise of a port, tried on one implementation. Runs in Node and in a page alike. */
export interface ContractCase<Subject> {
  readonly name: string
  run(subject: Subject, check: Check): Promise<void>
}

/** The few assertions that the cases need, so that no test library has to run in a page. */
export interface Check {
  equal(actual: unknown, expected: unknown): void
  ok(condition: boolean, claim: string): void
  /** That `work` rejects with an error of that code, and says why. */
  rejects(work: Promise<unknown>, code: string): Promise<void>
}

export const check: Check = {
  equal(actual, expected) {
    const [is, wanted] = [show(actual), show(expected)]
    if (is !== wanted) throw new TypeError(`expected ${wanted}, got ${is}`)
  },
  ok(condition, claim) {
    if (!condition) throw new TypeError(`not true: ${claim}`)
  },
  async rejects(work, code) {
    let outcome = 'it did not reject'
    let reason: string | undefined
    try {
      await work
    } catch (error) {
      outcome = String((error as { code?: unknown }).code ?? error)
      reason = (error as Error).message
    }
    if (outcome !== code) throw new TypeError(`expected a rejection with ${code}, got ${outcome}`)
    if (!reason) throw new TypeError(`the rejection with ${code} gives no reason`)
  },
}

/** Values as text that is equal when they are: order counts in lists, not in sets and records. */
function show(value: unknown): string {
  if (value instanceof Set) return `{${[...value].map(show).sort().join(', ')}}`
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  if (ArrayBuffer.isView(value)) return `${show(Array.from(value as Uint8Array))}`
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined'
  const entries = Object.entries(value).filter(([, part]) => part !== undefined)
  return `{${entries
    .map(([key, part]) => `${key}: ${show(part)}`)
    .sort()
    .join(', ')}}`
}
