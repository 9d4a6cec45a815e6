import { parseSelector } from '@kedge/shared/protocol/selector'
import { CloseButton, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import classes from './selector-filter.module.css'

/** Undefined when the selector can be read, else what is wrong with it. */
export function selectorProblem(text: string): string | undefined {
  try {
    parseSelector(text)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

interface FilterProps {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly label: string
}

const typingPauseMs = 250

/** A selector that is being typed; it takes effect when it can be read and the typing rests. */
export function SelectorFilter({ value, onChange, label }: FilterProps) {
  const [draft, setDraft] = useState(value)
  const problem = selectorProblem(draft)

  // The address is the truth: a followed label link or the back button changes the text.
  useEffect(() => setDraft(value), [value])
  useEffect(() => {
    if (problem !== undefined || draft.trim() === value) return
    const timer = setTimeout(() => onChange(draft.trim()), typingPauseMs)
    return () => clearTimeout(timer)
  }, [draft, problem, value, onChange])

  return (
    <TextInput
      className={classes.filter ?? ''}
      classNames={{ input: classes.input ?? '' }}
      data-filter
      aria-label={label}
      placeholder="site=berlin, kind!=browser, gpu"
      autoComplete="off"
      spellCheck={false}
      autoCapitalize="none"
      value={draft}
      error={problem}
      onChange={(event) => setDraft(event.currentTarget.value)}
      rightSection={
        draft === '' ? (
          <kbd aria-hidden="true">/</kbd>
        ) : (
          <CloseButton size="sm" aria-label="Clear the filter" onClick={() => setDraft('')} />
        )
      }
    />
  )
}
