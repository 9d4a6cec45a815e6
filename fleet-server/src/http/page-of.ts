/** A page of what was found, asked for with one more than the page holds. */
export function pageOf<T>(found: readonly T[], limit: number, cursorOf: (item: T) => string) {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  const next = found.length > limit && last !== undefined ? cursorOf(last) : null
  return { items, next }
}
