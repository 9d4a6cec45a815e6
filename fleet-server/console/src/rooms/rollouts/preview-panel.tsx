import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { matchingDevicesQuery } from '../../api/queries.js'
import { formatCount, plural } from '../../parts/format.js'
import { Loaded } from '../../parts/loaded.js'
import { deviceName, Presence } from '../../parts/presence.js'
import classes from './new-rollout.module.css'
import { previewRollout, type RolloutPreview } from './preview.js'

interface PreviewProps {
  readonly select: string
  readonly model: string
  readonly version: string
}

const named = 8

/** Which devices match while the selector is being typed, and what they run. */
export function PreviewPanel({ select, model, version }: PreviewProps) {
  const query = useQuery(matchingDevicesQuery(select))
  return (
    <section className={classes.preview} aria-label="Devices that match" aria-live="polite">
      <Loaded query={query} rows={4}>
        {(devices) => (
          <>
            <Says preview={previewRollout(devices, { model, version })} />
            <ul className={classes.devices}>
              {devices.slice(0, named).map((device) => (
                <li key={device.id}>
                  <Link to="/devices/$device" params={{ device: device.id }}>
                    {deviceName(device)}
                  </Link>
                  <Presence {...device} />
                </li>
              ))}
            </ul>
            {devices.length > named && (
              <Link to="/" search={{ select }}>
                and {formatCount(devices.length - named)} more
              </Link>
            )}
          </>
        )}
      </Loaded>
    </section>
  )
}

function Says({ preview }: { preview: RolloutPreview }) {
  if (preview.matched === 0) {
    return (
      <p>
        <b>No device matches now.</b> The rollout waits for the first that does.
      </p>
    )
  }
  return (
    <>
      <p>
        <b>{plural(preview.matched, 'device matches', 'devices match')}</b>,{' '}
        {formatCount(preview.online)} online
      </p>
      <ul className={classes.running}>
        {preview.running.map(({ version, devices }) => (
          <li key={version}>
            <span>{version === null ? 'runs nothing of it' : `runs ${version}`}</span>
            <b>{formatCount(devices)}</b>
          </li>
        ))}
      </ul>
    </>
  )
}
