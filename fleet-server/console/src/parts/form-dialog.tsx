import { Button, Modal } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { FormEvent, ReactNode } from 'react'
import classes from './form-dialog.module.css'
import { ErrorNote } from './notices.js'

export interface FormDialogProps {
  readonly title: string
  /** The button that does it, and the one that does not. */
  readonly act: string
  readonly keep?: string
  /** What is lost by it cannot be had back. */
  readonly isGrave?: boolean
  /** False while something is still to be filled in. */
  readonly ready?: boolean
  /** The dialog closes when it is done; what goes wrong is said in it. */
  readonly onAct: () => Promise<unknown>
  readonly onClose: () => void
  readonly children: ReactNode
}

/** A question over the page, with what is to be filled in and two ways out. */
export function FormDialog({
  keep = 'Cancel',
  isGrave = false,
  ready = true,
  ...props
}: FormDialogProps) {
  const change = useMutation({ mutationFn: props.onAct, onSuccess: props.onClose })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (ready && !change.isPending) change.mutate()
  }
  return (
    <Modal
      opened
      onClose={props.onClose}
      // While it is being done, Esc is for a question that may stand above.
      closeOnEscape={!change.isPending}
      title={props.title}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form className={classes.dialog} onSubmit={submit}>
        {props.children}
        {change.error !== null && <ErrorNote error={change.error} />}
        <div className={classes.choices}>
          <Button variant="default" size="sm" onClick={props.onClose}>
            {keep}
          </Button>
          <Button
            type="submit"
            size="sm"
            {...(isGrave && { color: 'red.8' })}
            disabled={!ready}
            loading={change.isPending}
          >
            {props.act}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
