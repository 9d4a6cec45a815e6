import { useQuery } from '@tanstack/react-query'
import type { TrustView } from '../../api/documents.js'
import { trustQuery } from '../../api/trust.js'
import { type Column, DataTable } from '../../parts/data-table.js'
import { Facts } from '../../parts/facts.js'
import { plural } from '../../parts/format.js'
import { Loaded } from '../../parts/loaded.js'
import { Mark } from '../../parts/mark.js'
import { Section } from '../../parts/page.js'
import { TimeAgo, useNow } from '../../parts/time-ago.js'
import { expiringRole, expiringRoles } from '../../parts/trust-expiry.js'
import { ExpiryNotices } from './expiry-notices.js'
import { MoveKeys } from './move-keys.js'
import classes from './trust-room.module.css'

type TrustRole = TrustView['roles'][number]

/** Whose signatures devices go by. */
export function TrustRoom() {
  const query = useQuery(trustQuery())
  return (
    <Loaded query={query} rows={6}>
      {(trust) => <Trust trust={trust} />}
    </Loaded>
  )
}

const Trust = ({ trust }: { trust: TrustView }) => (
  <>
    <ExpiryNotices roles={expiringRoles(trust.roles, useNow())} />
    {trust.development && <MoveKeys advice={trust.advice} />}
    <Section
      title="Trust root"
      note="what every device begins with and follows from version to version"
    >
      <Facts
        items={[
          [
            'Fleet',
            <span key="fleet" className="mono">
              {trust.fleet}
            </span>,
          ],
          ['Root version', String(trust.rootVersion)],
          ['Epoch', `${trust.epoch}; grows when the fleet begins anew`],
          ['Root and targets keys', trust.development ? 'on this server' : 'not on this server'],
        ]}
      />
    </Section>
    <Section title="Roles" note="who may sign what, until when">
      <DataTable label="Roles" columns={columns} rows={trust.roles} rowKey={({ role }) => role} />
    </Section>
  </>
)

const columns: readonly Column<TrustRole>[] = [
  {
    key: 'role',
    head: 'Role',
    phone: 'lead',
    cell: ({ role }) => (
      <>
        <b>{role}</b>
        <div className="quiet small">{wordsOf(role)}</div>
      </>
    ),
  },
  {
    key: 'version',
    head: 'Version',
    width: '12%',
    align: 'end',
    cell: ({ version }) => version ?? <span className="quiet">none</span>,
  },
  { key: 'expires', head: 'Expires', width: '14%', cell: (role) => <Expiry role={role} /> },
  {
    key: 'keys',
    head: 'Keys',
    width: '42%',
    cell: ({ keys, threshold }) => (
      <>
        {keys.length > 1 && (
          <div className="soft">
            {threshold} of {plural(keys.length, 'key')} must sign
          </div>
        )}
        <ul className={classes.keys}>
          {keys.map(({ id, name, onServer }) => (
            <li key={id}>
              {name !== null && <b>{name} </b>}
              <span className="mono" title={id}>
                {id.slice(0, 16)}…
              </span>{' '}
              <span className="quiet small">{onServer ? 'on this server' : 'elsewhere'}</span>
            </li>
          ))}
        </ul>
      </>
    ),
  },
]

const words: Readonly<Record<string, string>> = {
  root: 'says whose keys count; replaces all others',
  targets: 'says who may sign which model',
  snapshot: 'says which files belong together',
  timestamp: 'says what is newest',
  fleet: 'says which device runs what',
}

const wordsOf = (role: string): string =>
  words[role] ?? `signs the releases of ${role.replace(/^model\./, '')}`

const isOnline = ({ role }: TrustRole): boolean => role === 'snapshot' || role === 'timestamp'

/** The short-lived roles are signed anew by the server; what people must sign is said in time. */
function Expiry({ role }: { role: TrustRole }) {
  const expiring = expiringRole(role, useNow())
  const { expires } = role
  if (expires === null) return <span className="quiet">never</span>
  if (expiring !== undefined) {
    return (
      <Mark tone={expiring.isPast ? 'bad' : 'warn'} shape="alert">
        {expiring.isPast ? 'expired ' : 'sign anew '}
        <TimeAgo at={expires} />
      </Mark>
    )
  }
  return (
    <>
      <TimeAgo at={expires} />
      {isOnline(role) && <div className="quiet small">renewed by the server</div>}
    </>
  )
}
