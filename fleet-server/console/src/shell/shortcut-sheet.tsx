import { Modal } from '@mantine/core'
import { Fragment } from 'react'
import classes from './shortcut-sheet.module.css'

const keys: readonly (readonly [string, string])[] = [
  ['/', 'Filter the list'],
  ['j k', 'Next and previous row; the arrows too, once a row is chosen'],
  ['Enter', 'Open the row'],
  ['Esc', 'Back to the list; leave a field; close a sheet'],
  ['g f', 'Go to the fleet'],
  ['g m', 'Go to the models'],
  ['g r', 'Go to the rollouts'],
  ['g s', 'Go to the settings'],
  ['?', 'This sheet'],
]

export const ShortcutSheet = ({ onClose }: { onClose: () => void }) => (
  <Modal opened onClose={onClose} title="Keys" closeButtonProps={{ 'aria-label': 'Close' }}>
    <dl className={classes.keys}>
      {keys.map(([key, does]) => (
        <Fragment key={key}>
          <dt>
            {key.split(' ').map((part) => (
              <kbd key={part}>{part}</kbd>
            ))}
          </dt>
          <dd>{does}</dd>
        </Fragment>
      ))}
    </dl>
  </Modal>
)
