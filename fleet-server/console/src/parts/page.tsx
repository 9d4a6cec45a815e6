import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect } from 'react'
import classes from './page.module.css'

interface PageProps {
  readonly title: string
  /** The part of the room that is open, for the title of the window. */
  readonly tab?: string | undefined
  /** The list this page belongs to; Esc goes there. */
  readonly up?: { readonly to: '/' | '/models' | '/rollouts'; readonly label: string }
  readonly standing?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** A room: its heading, where it belongs, what can be done, and its content. */
export function Page({ title, tab, up, standing, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${tab === undefined ? '' : `${tab} · `}${title} · Kedge`
  }, [title, tab])
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <div className={classes.title}>
          {up !== undefined && (
            <Link to={up.to} className={classes.up} data-up>
              {up.label}
              <span aria-hidden="true"> /</span>
            </Link>
          )}
          <h1>{title}</h1>
          {standing}
        </div>
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  )
}

/** A part of a room. The note beside its title says what its numbers are of. */
export function Section(props: { title: string; note?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.section} aria-label={props.title}>
      <div className={classes.sectionHead}>
        <h2>{props.title}</h2>
        {props.note !== undefined && <div className="quiet small">{props.note}</div>}
      </div>
      {props.children}
    </section>
  )
}
