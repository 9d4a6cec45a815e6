import { useNavigate } from '@tanstack/react-router'
import { useEffect, useEffectEvent, useRef } from 'react'

const places = { f: '/', m: '/models', r: '/rollouts', s: '/settings' } as const
const chordMs = 1_200

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest('input, textarea, select') !== null

const isDialogOpen = () => document.querySelector('[role="dialog"]') !== null

/** The keys of the console; `?` opens the sheet that lists them. */
export function useShortcuts(onHelp: () => void): void {
  const navigate = useNavigate()
  const chordUntil = useRef(0)

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isDialogOpen()) return
    if (isTyping(event.target)) {
      if (event.key === 'Escape') (event.target as HTMLElement).blur()
      return
    }
    const place = places[event.key as keyof typeof places] as string | undefined
    if (event.timeStamp < chordUntil.current && place !== undefined) {
      chordUntil.current = 0
      void navigate({ to: place })
    } else if (event.key === 'g') chordUntil.current = event.timeStamp + chordMs
    else if (event.key === '?') onHelp()
    else if (!act(event)) return
    event.preventDefault()
  })

  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event)
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
}

/** Keys that work on what the page shows. False when the page has nothing for the key. */
function act({ key }: KeyboardEvent): boolean {
  switch (key) {
    case '/':
      return focusOn(document.querySelector<HTMLElement>('input[data-filter], [data-filter] input'))
    case 'j':
      return moveRow(1)
    case 'k':
      return moveRow(-1)
    // Arrows scroll the page unless a row is chosen already.
    case 'ArrowDown':
      return document.activeElement?.closest('tr') != null && moveRow(1)
    case 'ArrowUp':
      return document.activeElement?.closest('tr') != null && moveRow(-1)
    case 'Escape':
      document.querySelector<HTMLElement>('[data-up]')?.click()
      return true
    default:
      return false
  }
}

function moveRow(by: 1 | -1): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row], [data-step]')]
  const at = rows.findIndex((row) => row.closest('tr')?.contains(document.activeElement))
  const next = at === -1 ? (by === 1 ? 0 : rows.length - 1) : at + by
  return focusOn(rows[Math.max(0, Math.min(rows.length - 1, next))])
}

function focusOn(element: HTMLElement | null | undefined): boolean {
  if (element == null) return false
  element.focus()
  element.closest('tr')?.scrollIntoView({ block: 'nearest' })
  return true
}
