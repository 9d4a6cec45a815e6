import { Button } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { revokeEnrolmentToken } from '../../api/changes.js'
import type { EnrolmentToken, IssuedToken } from '../../api/documents.js'
import { enrolmentTokensQuery } from '../../api/queries.js'
import { useCan } from '../../api/session.js'
import { CopyLine } from '../../parts/copy-line.js'
import { type Column, DataTable } from '../../parts/data-table.js'
import { formatCount } from '../../parts/format.js'
import { Labels } from '../../parts/labels.js'
import { ErrorNote } from '../../parts/notices.js'
import { Section } from '../../parts/page.js'
import { PagedList } from '../../parts/paged-list.js'
import { TimeAgo } from '../../parts/time-ago.js'
import classes from './settings.module.css'
import { TokenForm } from './token-form.js'

/** How devices join: a token is made here, and one line on the device uses it. */
export function EnrolmentTokens() {
  const can = useCan()
  const queries = useQueryClient()
  const [issued, setIssued] = useState<IssuedToken>()
  const query = useInfiniteQuery(enrolmentTokensQuery())
  const refresh = () => queries.invalidateQueries({ queryKey: ['enrolment-tokens'] })
  const revoke = useMutation({ mutationFn: revokeEnrolmentToken, onSuccess: refresh })
  return (
    <Section
      title={can('enrolment.manage') ? 'Add devices' : 'Enrolment tokens'}
      note="an enrolment token lets devices join this fleet"
    >
      {can('enrolment.manage') && (
        <TokenForm
          onIssued={(token) => {
            setIssued(token)
            void refresh()
          }}
        />
      )}
      {issued !== undefined && <Issued token={issued} />}
      {revoke.error !== null && <ErrorNote error={revoke.error} />}
      <PagedList query={query} word="token" words="tokens" expected={1} empty={<NoTokens />}>
        {(tokens) => (
          <DataTable
            label="Enrolment tokens"
            columns={columnsWith(can('enrolment.manage') ? (id) => revoke.mutate(id) : undefined)}
            rows={tokens}
            rowKey={(token) => token.id}
          />
        )}
      </PagedList>
    </Section>
  )
}

const NoTokens = () => (
  <p className="quiet">No token lets devices join now. Tokens that expire leave this list.</p>
)

const Issued = ({ token }: { token: IssuedToken }) => (
  <div className={classes.issued} role="status">
    <p>
      Run this on the device. The token is shown only now; it lets{' '}
      {token.uses === 1 ? 'one device' : `${formatCount(token.uses)} devices`} join and expires{' '}
      <TimeAgo at={token.expires} />.
    </p>
    <CopyLine text={`kedge-agent enrol --token ${token.token} --data ./device`} />
    <CopyLine text="kedge-agent run --data ./device" />
  </div>
)

const columnsWith = (
  onRevoke: ((id: string) => void) | undefined,
): readonly Column<EnrolmentToken>[] => [
  {
    key: 'id',
    head: 'Token',
    phone: 'lead',
    cell: ({ id, approve }) => (
      <>
        <span className="mono">{id}</span>
        {approve && <div className="quiet small">each device waits for approval</div>}
      </>
    ),
  },
  {
    key: 'labels',
    head: 'Labels given',
    width: '32%',
    cell: ({ labels }) => <Labels labels={labels} />,
  },
  {
    key: 'uses',
    head: 'Uses left',
    width: '13%',
    align: 'end',
    cell: ({ uses, usesLeft }) => `${formatCount(usesLeft)} of ${formatCount(uses)}`,
  },
  {
    key: 'expires',
    head: 'Expires',
    width: '13%',
    align: 'end',
    cell: ({ expires }) => <TimeAgo at={expires} />,
  },
  {
    key: 'act',
    head: 'Action',
    width: '92px',
    align: 'end',
    phone: 'bare',
    cell: ({ id }) =>
      onRevoke && (
        <Button
          variant="default"
          size="compact-xs"
          aria-label={`Revoke ${id}`}
          title="Devices that have joined by it stay"
          onClick={() => onRevoke(id)}
        >
          Revoke
        </Button>
      ),
  },
]
