import { formatCount } from './format.js'
import { Mark } from './mark.js'
import type { Shape, Tone } from './tone.js'
import classes from './stacked-bar.module.css'

export interface Share {
  readonly key: string
  readonly word: string
  readonly count: number
  readonly tone: Tone
  readonly shape: Shape
}

/** How a number of devices divides into states. `compact` leaves the legend to the tooltip. */
export function StackedBar(props: { shares: readonly Share[]; of: string; compact?: boolean }) {
  const says = props.shares
    .filter((share) => share.count > 0)
    .map((share) => `${formatCount(share.count)} ${share.word}`)
  return (
    <div className={classes.whole} data-compact={props.compact === true ? '' : undefined}>
      <div
        className={classes.bar}
        role="img"
        aria-label={`${props.of}: ${says.join(', ') || 'none'}`}
        title={says.join(', ')}
      >
        {props.shares.map((share) => (
          <span
            key={share.key}
            data-tone={share.tone}
            style={{ flexGrow: share.count }}
            hidden={share.count === 0}
          />
        ))}
      </div>
      {props.compact !== true && (
        <ul className={classes.legend}>
          {props.shares.map((share) => (
            <li key={share.key} data-none={share.count === 0 ? '' : undefined}>
              <Mark tone={share.tone} shape={share.shape}>
                <b>{formatCount(share.count)}</b> {share.word}
              </Mark>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
