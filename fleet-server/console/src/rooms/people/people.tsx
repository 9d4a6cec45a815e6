import { Button } from '@mantine/core'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { removeUser } from '../../api/account-changes.js'
import type { User } from '../../api/documents.js'
import { usersQuery } from '../../api/account-queries.js'
import { useActor, useCan } from '../../api/session.js'
import { ConfirmDialog } from '../../parts/confirm-dialog.js'
import { type Column, DataTable } from '../../parts/data-table.js'
import { EmptyPage } from '../../parts/notices.js'
import { Section } from '../../parts/page.js'
import { PagedList } from '../../parts/paged-list.js'
import { mayChange, roleWords } from '../../parts/role-words.js'
import { TimeAgo } from '../../parts/time-ago.js'
import classes from './people.module.css'
import { PersonDialog } from './person-dialog.js'
import { PersonForm } from './person-form.js'

type Open = { readonly what: 'change' | 'remove'; readonly user: User }

/** Who may sign in, and as what. */
export function People() {
  const query = useInfiniteQuery(usersQuery())
  const can = useCan()
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const columns = useColumns(setOpen)
  return (
    <Section title="People" note="who may sign in, and as what">
      {can('user.manage') && <PersonForm />}
      <PagedList query={query} word="person" words="people" empty={<NoPeople />}>
        {(users) => (
          <DataTable label="People" columns={columns} rows={users} rowKey={(user) => user.id} />
        )}
      </PagedList>
      {open?.what === 'change' && <PersonDialog user={open.user} onClose={close} />}
      {open?.what === 'remove' && <RemoveDialog user={open.user} onClose={close} />}
    </Section>
  )
}

const NoPeople = () => (
  <EmptyPage title="Nobody has an account yet">
    <p>
      You are signed in by a token. Add people here, so that the audit trail names them, and so that
      each can be let go alone.
    </p>
  </EmptyPage>
)

function useColumns(onOpen: (open: Open) => void): readonly Column<User>[] {
  const me = useActor()
  const can = useCan()
  const isMe = (user: User) => me?.kind === 'user' && me.id === user.id
  const open = (user: User) => can('user.manage') && !isMe(user) && mayChange(me?.role, user.role)
  return [
    {
      key: 'name',
      head: 'Name',
      phone: 'lead',
      cell: (user) => (
        <>
          <b>{user.name}</b>
          {isMe(user) && <span className="quiet"> you</span>}
        </>
      ),
    },
    {
      key: 'role',
      head: 'Role',
      width: '38%',
      cell: ({ role }) => (
        <>
          {role} <span className="quiet small">may {roleWords[role]}</span>
        </>
      ),
    },
    {
      key: 'methods',
      head: 'Signs in by',
      width: '15%',
      cell: ({ methods }) => methods.join(', ') || <span className="quiet">nothing yet</span>,
    },
    {
      key: 'seen',
      head: 'Last seen',
      width: '104px',
      align: 'end',
      cell: ({ lastSeen }) =>
        lastSeen === null ? <span className="quiet">never</span> : <TimeAgo at={lastSeen} />,
    },
    {
      key: 'act',
      head: 'Actions',
      width: '196px',
      align: 'end',
      phone: 'bare',
      cell: (user) => open(user) && <Actions user={user} onOpen={onOpen} />,
    },
  ]
}

const Actions = ({ user, onOpen }: { user: User; onOpen: (open: Open) => void }) => (
  <div className={classes.actions}>
    <Button
      variant="default"
      size="compact-xs"
      aria-label={`Change ${user.name}`}
      onClick={() => onOpen({ what: 'change', user })}
    >
      Change…
    </Button>
    <Button
      variant="default"
      size="compact-xs"
      aria-label={`Remove ${user.name}`}
      onClick={() => onOpen({ what: 'remove', user })}
    >
      Remove…
    </Button>
  </div>
)

function RemoveDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const queries = useQueryClient()
  const remove = async () => {
    await removeUser(user.id)
    await queries.invalidateQueries({ queryKey: ['users'] })
  }
  return (
    <ConfirmDialog
      title={`Remove ${user.name}`}
      word={user.name}
      act="Remove person"
      onAct={remove}
      onClose={onClose}
    >
      <p>
        {user.name} is signed out everywhere at once and cannot sign in again. What {user.name} has
        done stays in the audit trail; service tokens go on working.
      </p>
    </ConfirmDialog>
  )
}
