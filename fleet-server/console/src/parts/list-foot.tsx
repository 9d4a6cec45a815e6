import { Button } from '@mantine/core'
import classes from './list-foot.module.css'
import { formatCount } from './format.js'

interface FootProps {
  readonly shown: number
  readonly word: string
  readonly more: boolean
  readonly loading: boolean
  readonly onMore: () => void
}

/** How many rows a list shows, and the way to more. */
export function ListFoot({ shown, word, more, loading, onMore }: FootProps) {
  return (
    <div className={classes.foot}>
      <span className="quiet small">
        {formatCount(shown)} {word}
        {more ? ' so far' : ''}
      </span>
      {more && (
        <Button variant="default" loading={loading} onClick={onMore}>
          Show more
        </Button>
      )}
    </div>
  )
}

/** New rows that wait until the reader asks for them. Its place is kept while there are none. */
export function HeldRows({ held, onShow }: { held: number; onShow: () => void }) {
  return (
    <div className={classes.held} aria-live="polite">
      {held > 0 && (
        <button type="button" onClick={onShow}>
          {formatCount(held)} new, show
        </button>
      )}
    </div>
  )
}
