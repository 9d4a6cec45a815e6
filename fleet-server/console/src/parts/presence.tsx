import type { Device } from '../api/documents.js'
import { Mark } from './mark.js'
import { TimeAgo } from './time-ago.js'

export const Presence = ({ presence }: Pick<Device, 'presence'>) =>
  presence === 'online' ? (
    <Mark tone="good" shape="dot">
      online
    </Mark>
  ) : (
    <Mark tone="idle" shape="ring">
      offline
    </Mark>
  )

export const LastSeen = ({ device }: { device: Device }) =>
  device.presence === 'online' ? (
    <span className="soft">now</span>
  ) : device.lastSeen === null ? (
    <span className="quiet">never</span>
  ) : (
    <TimeAgo at={device.lastSeen} />
  )

/** What people call a device: its `name` label, else its id. */
export const deviceName = ({ id, labels }: Pick<Device, 'id' | 'labels'>): string =>
  labels['name'] ?? id
