import { NativeSelect, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { AuditFilter } from '../../api/account-queries.js'
import { actions } from '../../../../src/accounts/permissions.js'
import classes from './audit-room.module.css'

/** What an action is called up to its dot; those that only read leave no row. */
const families = [
  ...new Set([
    ...actions.filter((action) => !action.endsWith('.read')).map((one) => one.split('.')[0] ?? one),
    'access',
    'session',
    'setup',
  ]),
].sort()

interface FilterProps {
  readonly filter: AuditFilter
  readonly onChange: (filter: AuditFilter) => void
}

const typingPauseMs = 300

export function AuditFilterForm({ filter, onChange }: FilterProps) {
  const [actor, setActor] = useState(filter.actor ?? '')
  useEffect(() => setActor(filter.actor ?? ''), [filter.actor])
  useEffect(() => {
    const wanted = actor.trim()
    if (wanted === (filter.actor ?? '')) return
    const timer = setTimeout(() => onChange(toFilter(wanted, filter.action)), typingPauseMs)
    return () => clearTimeout(timer)
  }, [actor, filter, onChange])
  return (
    <div className={classes.filter} role="search">
      <TextInput
        data-filter
        aria-label="Filter by who did it"
        placeholder="who: a name or an id"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={actor}
        onChange={(event) => setActor(event.currentTarget.value)}
      />
      <NativeSelect
        aria-label="Filter by what was done"
        data={[{ value: '', label: 'all actions' }, ...families]}
        value={filter.action ?? ''}
        onChange={(event) => onChange(toFilter(filter.actor, event.currentTarget.value))}
      />
    </div>
  )
}

/** Without the empty ones, so that they stay out of the address. */
const toFilter = (actor: string | undefined, action: string | undefined): AuditFilter => ({
  ...(actor && { actor }),
  ...(action && { action }),
})
