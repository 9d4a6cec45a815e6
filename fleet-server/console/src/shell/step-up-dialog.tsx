import { Button, Modal } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { Session } from '../api/documents.js'
import { answerProof } from '../api/proof-question.js'
import { proveBy, proveByPasskey } from '../api/session-requests.js'
import { become, useStanding } from '../api/session.js'
import { rememberPlace } from '../api/sign-in.js'
import { wordsFor } from '../api/sign-in-words.js'
import { ErrorNote } from '../parts/notices.js'
import { SecretForm } from './secret-form.js'
import classes from './threshold.module.css'

const cancel = () => answerProof(false)

/** Stands over everything while a request waits for a fresh proof of who is signed in. */
export function StepUpDialog() {
  const standing = useStanding()
  if (standing.at !== 'in') return null
  const { actor, proof } = standing.session
  const ways = proof?.by ?? []
  return (
    <Modal
      opened
      onClose={cancel}
      title="Confirm that it is you"
      zIndex={300}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={classes.form}>
        <p className="soft">
          This can do much harm, so Kedge asks once more whether it is you, {actor?.name}. After
          that it does not ask again for five minutes.
        </p>
        <Ways ways={ways} name={actor?.name ?? ''} />
      </div>
    </Modal>
  )
}

function Ways({ ways, name }: { ways: readonly string[]; name: string }) {
  const prove = useMutation({
    mutationFn: (ask: () => Promise<Session>) => ask(),
    onSuccess: (session) => {
      become({ at: 'in', session })
      answerProof(true)
    },
  })
  const secret = ways.includes('password') ? 'password' : ways.includes('token') && 'token'
  const give = (text: string) =>
    prove.mutate(() => proveBy(secret === 'token' ? { token: text } : { password: text }))
  return (
    <>
      {prove.error !== null && <ErrorNote error={wordsFor(prove.error, 'again')} />}
      {secret !== false && (
        <SecretForm kind={secret} name={name} busy={prove.isPending} onGive={give} />
      )}
      {ways.includes('passkey') && (
        <Button
          size="sm"
          variant="default"
          disabled={prove.isPending}
          {...(secret === false && { 'data-autofocus': true })}
          onClick={() => prove.mutate(proveByPasskey)}
        >
          Use a passkey
        </Button>
      )}
      {ways.includes('oidc') && <ByProvider />}
      {ways.length === 0 && <p>You have no way to prove it here. Sign out, and sign in again.</p>}
    </>
  )
}

/** The provider's page takes the place of this one, so what was begun here is not gone on with. */
const ByProvider = () => (
  <>
    <Button
      size="sm"
      variant="default"
      component="a"
      href="/api/v1/oidc/login?again=1"
      onClick={rememberPlace}
    >
      Use single sign-on
    </Button>
    <p className="soft small">It leads away and back to this page; then do it once more.</p>
  </>
)
