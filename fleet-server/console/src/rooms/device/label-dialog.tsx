import { TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { labelDevice } from '../../api/changes.js'
import type { Device } from '../../api/documents.js'
import { FormDialog } from '../../parts/form-dialog.js'
import { readLabels, writeLabels } from '../../parts/read-labels.js'

/** The labels of one device, written as in a selector. */
export function LabelDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const [text, setText] = useState(writeLabels(device.labels))
  const queries = useQueryClient()
  const { labels, problem } = readLabels(text)
  const save = async () => {
    if (labels === undefined) return
    await labelDevice(device.id, labels)
    await queries.invalidateQueries({ queryKey: ['devices'] })
  }
  return (
    <FormDialog
      title="Labels of this device"
      act="Save labels"
      ready={labels !== undefined}
      onAct={save}
      onClose={onClose}
    >
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
        error={problem}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </FormDialog>
  )
}
