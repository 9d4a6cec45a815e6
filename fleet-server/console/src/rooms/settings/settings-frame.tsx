import { Link, Navigate, Outlet, useLocation } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import type { Action, Role } from '../../api/documents.js'
import { useActor, useCan } from '../../api/session.js'
import { EmptyPage } from '../../parts/notices.js'
import { Page } from '../../parts/page.js'
import { roleWords } from '../../parts/role-words.js'
import classes from './settings-frame.module.css'

interface SettingsLink {
  readonly to: `/settings/${string}`
  readonly label: string
  /** Who may not do this is not led there. */
  readonly action?: Action
  /** What is changed there; who may not is told why nothing can be. */
  readonly change?: Action
}

const links = [
  {
    to: '/settings/enrolment',
    label: 'Enrolment',
    action: 'enrolment.read',
    change: 'enrolment.manage',
  },
  {
    to: '/settings/publishers',
    label: 'Publishers',
    action: 'publisher.read',
    change: 'publisher.manage',
  },
  { to: '/settings/trust', label: 'Trust', action: 'trust.read' },
  { to: '/settings/people', label: 'People', action: 'user.read', change: 'user.manage' },
  {
    to: '/settings/service-tokens',
    label: 'Service tokens',
    action: 'service-token.read',
    change: 'service-token.manage',
  },
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
  const here: SettingsLink | undefined = links.find((link) => link.to === pathname)
  const list = useRef<HTMLUListElement>(null)
  // On a phone the links stand in one line that is wider than the page.
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' })
  }, [pathname])
  return (
    <Page title="Settings" tab={here?.label}>
      <nav className={classes.links} aria-label="Settings">
        <ul ref={list}>
          {open.map((link) => (
            <li key={link.to}>
              <Link to={link.to} activeProps={{ 'aria-current': 'page' }}>
                {link.label}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <InRoom here={here} />
    </Page>
  )
}

/** The room, if the role of who is signed in opens it; who may only look is told so. */
function InRoom({ here }: { here: SettingsLink | undefined }) {
  const can = useCan()
  const role = useActor()?.role ?? 'viewer'
  if (here?.action !== undefined && !can(here.action)) return <Closed role={role} />
  return (
    <>
      {here?.change !== undefined && !can(here.change) && (
        <p className="quiet small">
          You are signed in as {role}: you may look here, and change nothing.
        </p>
      )}
      <Outlet />
    </>
  )
}

const Closed = ({ role }: { role: Role }) => (
  <EmptyPage title="Your role does not open this page">
    <p>
      You are signed in as {role}, which may {roleWords[role]}. Ask an owner or an administrator for
      another role.
    </p>
  </EmptyPage>
)

/** The first room that is open. */
export function SettingsStart() {
  const [first] = useOpenLinks()
  return <Navigate to={first?.to ?? '/settings/account'} replace />
}
