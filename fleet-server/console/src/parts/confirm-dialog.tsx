import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { FormDialog, type FormDialogProps } from './form-dialog.js'

interface ConfirmProps extends Omit<FormDialogProps, 'isGrave'> {
  /** What has to be typed; the name of what is lost. */
  readonly word: string
}

/** Says what will happen and lets it happen only to whoever has typed the name of it. */
export function ConfirmDialog({ word, ready = true, children, ...props }: ConfirmProps) {
  const [typed, setTyped] = useState('')
  return (
    <FormDialog keep="Keep it" {...props} isGrave ready={ready && typed.trim() === word}>
      {children}
      <TextInput
        size="sm"
        data-autofocus
        label={
          <>
            Type <code>{word}</code> to confirm
          </>
        }
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </FormDialog>
  )
}
