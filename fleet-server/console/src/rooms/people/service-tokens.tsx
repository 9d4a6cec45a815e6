import { Button } from '@mantine/core'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { revokeServiceToken } from '../../api/account-changes.js'
import { serviceTokensQuery } from '../../api/account-queries.js'
import type { IssuedServiceToken, ServiceToken } from '../../api/documents.js'
import { useActor, useCan } from '../../api/session.js'
import { ConfirmDialog } from '../../parts/confirm-dialog.js'
import { CopyLine } from '../../parts/copy-line.js'
import { type Column, DataTable } from '../../parts/data-table.js'
import { EmptyPage } from '../../parts/notices.js'
import { Section } from '../../parts/page.js'
import { PagedList } from '../../parts/paged-list.js'
import { mayChange } from '../../parts/role-words.js'
import { TimeAgo } from '../../parts/time-ago.js'
import forms from '../settings/settings.module.css'
import { ServiceTokenForm } from './service-token-form.js'

/** What programs come in with. */
export function ServiceTokens() {
  const queries = useQueryClient()
  const query = useInfiniteQuery(serviceTokensQuery())
  const can = useCan()
  const [issued, setIssued] = useState<IssuedServiceToken>()
  const [leaving, setLeaving] = useState<ServiceToken>()
  const columns = useColumns(setLeaving)
  const take = (token: IssuedServiceToken) => {
    setIssued(token)
    void queries.invalidateQueries({ queryKey: ['service-tokens'] })
  }
  return (
    <Section title="Service tokens" note="for programs: CI that pushes models, scripts, dashboards">
      {can('service-token.manage') && <ServiceTokenForm onIssued={take} />}
      {issued !== undefined && <Issued token={issued} />}
      <PagedList query={query} word="token" words="tokens" empty={<NoTokens />}>
        {(tokens) => (
          <DataTable
            label="Service tokens"
            columns={columns}
            rows={tokens}
            rowKey={(token) => token.id}
          />
        )}
      </PagedList>
      {leaving !== undefined && (
        <RevokeDialog token={leaving} onClose={() => setLeaving(undefined)} />
      )}
    </Section>
  )
}

const NoTokens = () => (
  <EmptyPage title="No service tokens" commands={['KEDGE_TOKEN=kst_… kedge device ls']}>
    <p>
      A program signs in with a token of its own, so that it can do only what its role allows, and
      be shut out alone.
    </p>
  </EmptyPage>
)

const Issued = ({ token }: { token: IssuedServiceToken }) => (
  <div className={forms.issued} role="status">
    <p>
      The token of <b>{token.name}</b> is shown only now; the server keeps no more than its hash. It
      may do what the role {token.role} may, and expires <TimeAgo at={token.expiresAt} />.
    </p>
    <CopyLine text={token.token} />
    <CopyLine text={`export KEDGE_URL=${location.origin} KEDGE_TOKEN=${token.token}`} />
  </div>
)

function useColumns(onRevoke: (token: ServiceToken) => void): readonly Column<ServiceToken>[] {
  const me = useActor()
  const can = useCan()
  return [
    { key: 'name', head: 'Name', phone: 'lead', cell: ({ name }) => <b>{name}</b> },
    { key: 'role', head: 'Role', width: '11%', cell: ({ role }) => role },
    {
      key: 'created',
      head: 'Made',
      width: '24%',
      cell: ({ createdAt, createdBy }) => (
        <>
          <TimeAgo at={createdAt} /> <span className="quiet">by {createdBy}</span>
        </>
      ),
    },
    {
      key: 'used',
      head: 'Last used',
      width: '12%',
      align: 'end',
      cell: ({ lastUsedAt }) =>
        lastUsedAt === null ? <span className="quiet">never</span> : <TimeAgo at={lastUsedAt} />,
    },
    {
      key: 'expires',
      head: 'Expires',
      width: '12%',
      align: 'end',
      cell: ({ expiresAt }) => <TimeAgo at={expiresAt} />,
    },
    {
      key: 'act',
      head: 'Action',
      width: '108px',
      align: 'end',
      phone: 'bare',
      cell: (token) =>
        can('service-token.manage') &&
        mayChange(me?.role, token.role) && (
          <Button
            variant="default"
            size="compact-xs"
            aria-label={`Revoke ${token.name}`}
            onClick={() => onRevoke(token)}
          >
            Revoke…
          </Button>
        ),
    },
  ]
}

function RevokeDialog({ token, onClose }: { token: ServiceToken; onClose: () => void }) {
  const queries = useQueryClient()
  const revoke = async () => {
    await revokeServiceToken(token.id)
    await queries.invalidateQueries({ queryKey: ['service-tokens'] })
  }
  return (
    <ConfirmDialog
      title={`Revoke the token ${token.name}`}
      word={token.name}
      act="Revoke token"
      onAct={revoke}
      onClose={onClose}
    >
      <p>
        Whatever uses it is refused from now on, and sessions begun with it end. It cannot be taken
        back; a new token can be made.
      </p>
    </ConfirmDialog>
  )
}
