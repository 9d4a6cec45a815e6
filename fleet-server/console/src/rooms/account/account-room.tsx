import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useActor } from '../../api/session.js'
import { signOut } from '../../api/sign-in.js'
import { CopyLine } from '../../parts/copy-line.js'
import { Facts } from '../../parts/facts.js'
import { EmptyPage, ErrorNote } from '../../parts/notices.js'
import { Section } from '../../parts/page.js'
import { roleWords } from '../../parts/role-words.js'
import classes from './account-room.module.css'
import { Passkeys } from './passkeys.js'
import { PasswordChange } from './password-change.js'

/** Who I am here, how I sign in, and the way out. */
export function AccountRoom() {
  const actor = useActor()
  const leave = useMutation({ mutationFn: signOut })
  if (actor === undefined) return null
  const isPerson = actor.kind === 'user'
  return (
    <>
      <Section title="My account">
        <Facts
          items={[
            ['Signed in as', isPerson ? actor.name : `${actor.name}, a token`],
            ['Role', actor.role],
            ['You may', roleWords[actor.role]],
          ]}
        />
        {leave.error !== null && <ErrorNote error={leave.error} />}
        <div className={classes.out}>
          <Button variant="default" loading={leave.isPending} onClick={() => leave.mutate()}>
            Sign out
          </Button>
        </div>
      </Section>
      {isPerson ? (
        <>
          <PasswordChange />
          <Passkeys />
        </>
      ) : (
        <TokenOnly />
      )}
    </>
  )
}

const TokenOnly = () => (
  <EmptyPage title="You are signed in by a token">
    <p>
      A token has no password and no passkey, and the audit trail cannot tell who used it. On a new
      server the first account comes from the link with <code>#setup=</code> that the server prints
      when it starts:
    </p>
    <CopyLine text="kedge-server --data .kedge" />
  </EmptyPage>
)
