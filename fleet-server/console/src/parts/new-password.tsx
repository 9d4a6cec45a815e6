import { TextInput } from '@mantine/core'
import { useState } from 'react'
import classes from './new-password.module.css'

const shortest = 10

interface NewPasswordProps {
  readonly value: string
  readonly onChange: (password: string) => void
  readonly label?: string
  readonly size?: 'xs' | 'sm'
}

/** A password that is being chosen; looking at it takes the place of typing it twice. */
export function NewPassword({
  value,
  onChange,
  label = 'Password',
  size = 'xs',
}: NewPasswordProps) {
  const [isShown, setShown] = useState(false)
  return (
    <div className={classes.field}>
      <TextInput
        size={size}
        label={label}
        name="new-password"
        type={isShown ? 'text' : 'password'}
        autoComplete="new-password"
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
        minLength={shortest}
        maxLength={256}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <div className={classes.under}>
        <span className="quiet">At least {shortest} characters</span>
        <label className={classes.show}>
          <input
            type="checkbox"
            checked={isShown}
            onChange={(event) => setShown(event.currentTarget.checked)}
          />
          Show
        </label>
      </div>
    </div>
  )
}
