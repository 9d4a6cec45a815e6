/** A column we wrote ourselves, from a document that had been checked. */
export const fromJsonColumn = <T>(text: string): T => JSON.parse(text) as T

/** Dialects may give an aggregate as text or a big integer; none of ours is beyond 2^53. */
export const toCount = (value: number | string | bigint | null | undefined): number =>
  Number(value ?? 0)
