import { Link, Navigate, Outlet, useLocation } from '@tanstack/react-router'
import type { Action } from '../../api/documents.js'
import { useCan } from '../../api/session.js'
import { Page } from '../../parts/page.js'
import classes from './settings-frame.module.css'

interface SettingsLink {
  readonly to: `/settings/${string}`
  readonly label: string
  /** Who may not do this is not led there. */
  readonly action?: Action
}

const links = [
  { to: '/settings/enrolment', label: 'Enrolment', action: 'enrolment.read' },
  { to: '/settings/publishers', label: 'Publishers', action: 'publisher.read' },
  { to: '/settings/trust', label: 'Trust', action: 'trust.read' },
  { to: '/settings/people', label: 'People', action: 'user.read' },
  { to: '/settings/service-tokens', label: 'Service tokens', action: 'service-token.read' },
  { to: '/settings/audit', label: 'Audit', action: 'audit.read' },
  { to: '/settings/server', label: 'Server', action: 'fleet.read' },
  { to: '/settings/account', label: 'My account' },
] as const satisfies readonly SettingsLink[]

function useOpenLinks() {
  const can = useCan()
  return links.filter((link) => !('action' in link) || can(link.action))
}

/** The rooms of the settings, those that the role of who is signed in opens. */
export function SettingsFrame() {
  const { pathname } = useLocation()
  const open = useOpenLinks()
  const here = links.find((link) => link.to === pathname)
  return (
    <Page title="Settings" tab={here?.label}>
      <nav className={classes.links} aria-label="Settings">
        <ul>
          {open.map((link) => (
            <li key={link.to}>
              <Link to={link.to} activeProps={{ 'aria-current': 'page' }}>
                {link.label}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <Outlet />
    </Page>
  )
}

/** The first room that is open. */
export function SettingsStart() {
  const [first] = useOpenLinks()
  return <Navigate to={first?.to ?? '/settings/account'} replace />
}
