import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from '@mantine/core'
import { useState } from 'react'
import { findOutsiderQuery } from '../../api/membership.js'
import { useCan } from '../../api/session.js'
import { Loaded } from '../../parts/loaded.js'
import { EmptyPage } from '../../parts/notices.js'
import { TimeAgo } from '../../parts/time-ago.js'
import { PardonDialog } from '../settings/barred-devices.js'

/** The page of a device that is not of the fleet, or no longer. */
export function NoMember({ id }: { id: string }) {
  const can = useCan()
  return can('enrolment.read') ? <Outsider id={id} /> : <Unknown />
}

function Outsider({ id }: { id: string }) {
  const query = useQuery(findOutsiderQuery(id))
  return (
    <Loaded query={query} rows={3}>
      {({ barred, isWaiting }) => {
        if (barred !== undefined) return <Barred {...barred} />
        return isWaiting ? <Waiting /> : <Unknown />
      }}
    </Loaded>
  )
}

type BarredFacts = { readonly id: string; readonly reason: string; readonly barredAt: number }

function Barred({ id, reason, barredAt }: BarredFacts) {
  const can = useCan()
  const [pardons, setPardons] = useState(false)
  return (
    <EmptyPage
      title={reason === 'revoked' ? 'This device was revoked' : 'This device was rejected'}
    >
      <p>
        Since <TimeAgo at={barredAt} /> it is not of the fleet: it was disconnected, nothing it
        sends counts, and its key may not join again.
        {reason === 'revoked' && ' What it ran, it may go on running.'}
      </p>
      {can('enrolment.manage') && (
        <div>
          <Button variant="default" onClick={() => setPardons(true)}>
            Pardon…
          </Button>
        </div>
      )}
      {pardons && <PardonDialog id={id} onClose={() => setPardons(false)} />}
    </EmptyPage>
  )
}

const Waiting = () => (
  <EmptyPage title="This device waits for approval">
    <p>
      It has shown a token that needs an operator&apos;s word. Approve or reject it in the{' '}
      <Link to="/">fleet</Link>.
    </p>
  </EmptyPage>
)

const Unknown = () => (
  <EmptyPage title="There is no such device">
    <p>
      It was removed, or the address is mistyped. A device that was removed can come back: enrol it
      again with a token.
    </p>
  </EmptyPage>
)
