import { Outlet } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useToken } from '../api/session.js'
import { Brand } from './brand.js'
import { LiveMarker } from './live-marker.js'
import { RoomLinks } from './room-links.js'
import classes from './shell.module.css'
import { SignIn } from './sign-in.js'
import { ThemeSwitch } from './theme-switch.js'
import { useShortcuts } from './use-shortcuts.js'

const ShortcutSheet = lazy(() =>
  import('./shortcut-sheet.js').then((m) => ({ default: m.ShortcutSheet })),
)

/** What stands around every room. Without a session there is only the way in. */
export function Shell() {
  const token = useToken()
  return token === null ? <SignIn /> : <Frame token={token} />
}

function Frame({ token }: { token: string }) {
  const [sheet, setSheet] = useState(false)
  useShortcuts(() => setSheet(true))
  return (
    <div className={classes.frame}>
      <a className={classes.skip} href="#room">
        Skip to the content
      </a>
      <header className={classes.top}>
        <Brand />
        <div className={classes.tools}>
          <LiveMarker token={token} />
          <ThemeSwitch />
          <button type="button" className={classes.keys} onClick={() => setSheet(true)}>
            <kbd>?</kbd> <span>Keys</span>
          </button>
        </div>
      </header>
      <RoomLinks />
      <main id="room" tabIndex={-1} className={classes.room}>
        <Outlet />
      </main>
      <Suspense fallback={null}>
        {sheet && <ShortcutSheet onClose={() => setSheet(false)} />}
      </Suspense>
    </div>
  )
}
