import type { Device } from '../../api/documents.js'
import { Section } from '../../parts/page.js'
import { TimeAgo } from '../../parts/time-ago.js'
import classes from './device-room.module.css'

/** The two documents everything else is derived from, whole. */
export const StateDocuments = ({ device }: { device: Device }) => (
  <Section title="Desired and reported" note={sequenceNote(device)}>
    <div className={classes.states}>
      <Document name="Desired state" at={device.desired?.issuedAt} document={device.desired} />
      <Document name="Reported state" at={device.reported?.at} document={device.reported} />
    </div>
  </Section>
)

function sequenceNote({ desired, reported }: Device): string | undefined {
  if (desired === null) return undefined
  const applied = reported?.seqApplied ?? 0
  return applied === desired.seq
    ? 'it has the newest desired state'
    : 'it does not have the newest desired state yet'
}

const Document = (props: { name: string; at: number | undefined; document: unknown }) => (
  <details>
    <summary>
      {props.name}{' '}
      <span className="quiet">
        {props.at === undefined ? 'none yet' : <TimeAgo at={props.at} />}
      </span>
    </summary>
    <pre tabIndex={0}>{JSON.stringify(props.document, null, 2)}</pre>
  </details>
)
