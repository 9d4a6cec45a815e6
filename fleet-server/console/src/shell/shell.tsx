import { Outlet } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useSetupCode } from '../api/setup-code.js'
import { useProofAsked } from '../api/proof-question.js'
import { useStanding } from '../api/session.js'
import { Brand } from './brand.js'
import { LiveMarker } from './live-marker.js'
import { RoomLinks } from './room-links.js'
import classes from './shell.module.css'
import { SetUp } from './set-up.js'
import { SignIn } from './sign-in.js'
import { ThemeSwitch } from './theme-switch.js'
import { TrustBadge } from './trust-badge.js'
import { Opening, Unreachable } from './threshold.js'
import { useShortcuts } from './use-shortcuts.js'
import { WhoAmI } from './who-am-i.js'

const ShortcutSheet = lazy(() =>
  import('./shortcut-sheet.js').then((m) => ({ default: m.ShortcutSheet })),
)

const StepUpDialog = lazy(() =>
  import('./step-up-dialog.js').then((m) => ({ default: m.StepUpDialog })),
)

/** What stands around every room. Without a session there is only the way in. */
export function Shell() {
  const standing = useStanding()
  const code = useSetupCode()
  if (standing.at === 'asking') return <Opening />
  if (standing.at === 'unreachable') return <Unreachable error={standing.error} />
  if (code !== undefined && (standing.at === 'in' || standing.session.setup))
    return <SetUp code={code} />
  if (standing.at === 'in') return <Frame />
  return <SignIn session={standing.session} why={standing.why} />
}

function Frame() {
  const [sheet, setSheet] = useState(false)
  const isProofAsked = useProofAsked()
  useShortcuts(() => setSheet(true))
  return (
    <div className={classes.frame}>
      <a className={classes.skip} href="#room">
        Skip to the content
      </a>
      <header className={classes.top}>
        <Brand />
        <TrustBadge />
        <div className={classes.tools}>
          <LiveMarker />
          <ThemeSwitch />
          <button type="button" className={classes.keys} onClick={() => setSheet(true)}>
            <kbd>?</kbd> <span>Keys</span>
          </button>
          <WhoAmI />
        </div>
      </header>
      <RoomLinks />
      <main id="room" tabIndex={-1} className={classes.room}>
        <Outlet />
      </main>
      <Suspense fallback={null}>
        {isProofAsked && <StepUpDialog />}
        {sheet && <ShortcutSheet onClose={() => setSheet(false)} />}
      </Suspense>
    </div>
  )
}
