import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Session } from '../api/documents.js'
import { enterBy, rememberPlace } from '../api/sign-in.js'
import { canUsePasskeys, signInByPasskey } from '../api/session-requests.js'
import { wordsFor } from '../api/sign-in-words.js'
import { ErrorNote } from '../parts/notices.js'
import { PasswordForm } from './password-form.js'
import { Threshold } from './threshold.js'
import classes from './threshold.module.css'
import { TokenForm } from './token-form.js'

/** The way in. What was asked for is behind it: the address stays what it was. */
export function SignIn({ session, why }: { session: Session; why: string | undefined }) {
  useEffect(() => {
    document.title = 'Sign in · Kedge'
  }, [])
  return (
    <Threshold title="Sign in">
      {why !== undefined && (
        <p className={classes.why} role="status">
          {why}
        </p>
      )}
      {session.setup ? <NobodyYet /> : <PeopleIn methods={session.methods} />}
    </Threshold>
  )
}

/** A new server knows no person, so only a token opens it. */
const NobodyYet = () => (
  <>
    <p className="soft">
      Nobody has an account on this server yet. Open the link with <code>#setup=</code> that it
      prints when it starts, and become its first administrator.
    </p>
    <div className={classes.others}>
      <TokenForm />
    </div>
  </>
)

function PeopleIn({ methods }: { methods: readonly string[] }) {
  const passkey = useMutation({ mutationFn: () => enterBy(signInByPasskey) })
  return (
    <>
      {methods.includes('password') && <PasswordForm />}
      <div className={classes.others}>
        {methods.includes('passkey') && canUsePasskeys() && (
          <Button
            size="sm"
            variant="default"
            loading={passkey.isPending}
            onClick={() => passkey.mutate()}
          >
            Sign in with a passkey
          </Button>
        )}
        {passkey.error !== null && <ErrorNote error={wordsFor(passkey.error, 'passkey')} />}
        {methods.includes('oidc') && (
          <Button
            size="sm"
            variant="default"
            component="a"
            href="/api/v1/oidc/login"
            onClick={rememberPlace}
          >
            Single sign-on
          </Button>
        )}
        <details className={classes.token}>
          <summary>Sign in with a token</summary>
          <TokenForm />
        </details>
      </div>
    </>
  )
}
