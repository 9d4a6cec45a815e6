import { Button, Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { labelDevice } from '../../api/changes.js'
import type { Device } from '../../api/documents.js'
import dialog from '../../parts/confirm-dialog.module.css'
import { ErrorNote } from '../../parts/notices.js'
import { readLabels, writeLabels } from '../../parts/read-labels.js'

/** The labels of one device, written as in a selector. */
export function LabelDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const [text, setText] = useState(writeLabels(device.labels))
  const queries = useQueryClient()
  const read = readLabels(text)
  const save = useMutation({
    mutationFn: (labels: Device['labels']) => labelDevice(device.id, labels),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['devices'] })
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (read.labels !== undefined) save.mutate(read.labels)
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title="Labels of this device"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form className={dialog.confirm} onSubmit={submit}>
        <p className="soft">
          Rollouts select devices by labels: one that selects this device from now on, or no longer,
          takes effect at once. <code>name</code> is what the device is called here.
        </p>
        <TextInput
          size="sm"
          data-autofocus
          label="Labels"
          placeholder="name=press-01, site=berlin"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={text}
          error={read.problem}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {save.error !== null && <ErrorNote error={save.error} />}
        <div className={dialog.choices}>
          <Button variant="default" size="sm" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            size="sm"
            disabled={read.labels === undefined}
            loading={save.isPending}
          >
            Save labels
          </Button>
        </div>
      </form>
    </Modal>
  )
}
