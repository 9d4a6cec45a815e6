import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { refreshSession } from '../api/sign-in.js'
import { BrandMark } from './brand.js'
import classes from './threshold.module.css'

/** What stands in the middle of a page that is not a room yet. */
export const Threshold = ({ title, children }: { title: string; children: ReactNode }) => (
  <main className={classes.page}>
    <div className={classes.card}>
      <p className={classes.brand}>
        <BrandMark /> Kedge
      </p>
      <h1>{title}</h1>
      {children}
    </div>
  </main>
)

/** Until the server has said who is signed in: nothing that would jump away again. */
export const Opening = () => (
  <main className={classes.page} aria-busy="true">
    <h1 className="unseen">Kedge</h1>
  </main>
)

export const Unreachable = ({ error }: { error: Error }) => (
  <Threshold title="The server does not answer">
    <p className="soft">{error.message}</p>
    <p className="soft">
      It may be starting again. Devices go on running what they run without it.
    </p>
    <Button size="sm" variant="default" onClick={() => void refreshSession()}>
      Try again
    </Button>
  </Threshold>
)
