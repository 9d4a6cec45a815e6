import { Button, Modal, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import classes from './confirm-dialog.module.css'
import { ErrorNote } from './notices.js'

interface ConfirmProps {
  readonly title: string
  /** What has to be typed; the name of what is lost. */
  readonly word: string
  /** The button that does it, and the one that does not. */
  readonly act: string
  readonly keep?: string
  /** False while something beside the word is still to be filled in. */
  readonly ready?: boolean
  readonly onConfirm: () => Promise<unknown>
  readonly onClose: () => void
  /** What exactly will happen. */
  readonly children: ReactNode
}

/** Says what will happen and lets it happen only to whoever has typed the name of it. */
export function ConfirmDialog({ keep = 'Keep it', ready = true, ...props }: ConfirmProps) {
  const [typed, setTyped] = useState('')
  const change = useMutation({ mutationFn: props.onConfirm, onSuccess: props.onClose })
  const confirmed = ready && typed.trim() === props.word
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (confirmed) change.mutate()
  }
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={props.title}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form className={classes.confirm} onSubmit={submit}>
        {props.children}
        <TextInput
          size="sm"
          data-autofocus
          label={
            <>
              Type <code>{props.word}</code> to confirm
            </>
          }
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {change.error !== null && <ErrorNote error={change.error} />}
        <div className={classes.choices}>
          <Button variant="default" size="sm" onClick={props.onClose}>
            {keep}
          </Button>
          <Button
            type="submit"
            size="sm"
            color="red.8"
            disabled={!confirmed}
            loading={change.isPending}
          >
            {props.act}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
