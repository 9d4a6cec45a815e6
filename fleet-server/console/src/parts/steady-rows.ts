import { useEffect, useReducer, useRef } from 'react'

export interface SteadyRows<Row> {
  readonly rows: readonly Row[]
  /** New rows that wait, because showing them would move what is being read. */
  readonly held: number
  readonly show: () => void
}

/** Somebody has scrolled down, or points at or has chosen a row. */
const isReading = () =>
  scrollY > 8 || document.querySelector('tbody:is(:hover, :focus-within)') !== null

/** After these, `isReading` may have another answer. */
const endsOfReading = ['pointerover', 'focusin', 'focusout', 'scroll'] as const

/**
 * The rows of a live list. A new row that would push known ones down waits until nobody reads;
 * one below the last known row appears at once. Another `scope` (a filter) starts afresh.
 */
export function useSteadyRows<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  scope: string,
): SteadyRows<Row> {
  const known = useRef({ scope, keys: new Set<string>() })
  const [, redraw] = useReducer((count: number) => count + 1, 0)

  const { keys } = known.current
  const last = rows.findLastIndex((row) => keys.has(keyOf(row)))
  const above = new Set(rows.slice(0, Math.max(0, last)).filter((row) => !keys.has(keyOf(row))))
  const hold = above.size > 0 && known.current.scope === scope && isReading()
  const visible = hold ? rows.filter((row) => !above.has(row)) : rows

  useEffect(() => {
    known.current = { scope, keys: new Set(visible.map(keyOf)) }
  })

  useEffect(() => {
    if (!hold) return
    const stopped = () => {
      if (!isReading()) redraw()
    }
    for (const event of endsOfReading) document.addEventListener(event, stopped)
    return () => {
      for (const event of endsOfReading) document.removeEventListener(event, stopped)
    }
  }, [hold])

  const show = () => {
    known.current = { scope, keys: new Set(rows.map(keyOf)) }
    redraw()
  }
  return { rows: visible, held: hold ? above.size : 0, show }
}
