import { checkFields, checkTable, checkTexts, countOf, demand, own, textOf } from './form.js'

const topLevelRoles = ['root', 'timestamp', 'snapshot', 'targets'] as const
const utcSeconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

/** What holds of every signed document (4.3 to 4.6), and then of its own kind. Adds and drops nothing. */
export function checkDocument(value: unknown, type: string): void {
  checkFields(value, type)
  demand(own(value, '_type') === type, `it is of another type than ${type}`)
  // 4.3: clients accept every version of the format with the same major number.
  demand(/^1\.\d+(\.\d+)?$/.test(textOf(value, 'spec_version', type)), 'spec_version is not 1')
  countOf(value, 'version', 1)
  const expires = textOf(value, 'expires', type)
  demand(
    utcSeconds.test(expires) && !Number.isNaN(Date.parse(expires)),
    'expires is not a time in UTC',
  )
  if (type === 'root') checkRoot(value)
  else if (type === 'targets') checkTargets(value)
  else checkTable(own(value, 'meta'), 'meta', checkMetaFile)
  // 4.6: timestamp is about one file.
  if (type === 'timestamp')
    demand('snapshot.json' in (value.meta as object), 'meta has no snapshot')
}

/** 4.3 */
function checkRoot(root: Readonly<Record<string, unknown>>): void {
  const consistent = own(root, 'consistent_snapshot')
  demand(consistent === undefined || typeof consistent === 'boolean', 'consistent_snapshot is odd')
  checkTable(own(root, 'keys'), 'keys', checkKey)
  const roles = own(root, 'roles')
  checkFields(roles, 'roles')
  for (const name of topLevelRoles) checkRoleKeys(own(roles, name), `roles.${name}`)
  const extension = own(root, 'x-kedge')
  if (extension === undefined) return
  checkFields(extension, 'x-kedge')
  textOf(extension, 'fleetId', 'x-kedge')
  countOf(extension, 'fleetEpoch', 0)
  const fleet = own(extension, 'fleet')
  checkFields(fleet, 'x-kedge.fleet')
  checkTable(own(fleet, 'keys'), 'x-kedge.fleet.keys', checkKey)
  countOf(fleet, 'threshold', 1)
}

/** 4.2; the form of the key itself is judged when it is used, for it may be of an unknown kind. */
function checkKey(value: unknown, where: string): void {
  checkFields(value, where)
  textOf(value, 'keytype', where)
  textOf(value, 'scheme', where)
  const keyval = own(value, 'keyval')
  checkFields(keyval, `${where}.keyval`)
  textOf(keyval, 'public', where)
}

function checkRoleKeys(value: unknown, where: string): void {
  checkFields(value, where)
  const keyids = own(value, 'keyids')
  checkTexts(keyids, `${where}.keyids`)
  demand(new Set(keyids).size === keyids.length, `${where} names a key twice`)
  countOf(value, 'threshold', 1)
}

/** 4.4 */
function checkMetaFile(value: unknown, where: string): void {
  checkFields(value, where)
  countOf(value, 'version', 1)
  if (own(value, 'length') !== undefined) countOf(value, 'length', 0)
  if (own(value, 'hashes') !== undefined) checkHashes(value.hashes, where)
}

function checkHashes(value: unknown, where: string): void {
  checkTable(value, `${where}.hashes`, (digest) =>
    demand(typeof digest === 'string' && /^[0-9a-f]+$/.test(digest), `${where} has an odd hash`),
  )
}

/** 4.5 */
function checkTargets(targets: Readonly<Record<string, unknown>>): void {
  checkTable(own(targets, 'targets'), 'targets', (value, where) => {
    checkFields(value, where)
    countOf(value, 'length', 0)
    checkHashes(own(value, 'hashes'), where)
    if (own(value, 'custom') !== undefined) checkFields(value.custom, `${where}.custom`)
  })
  const delegations = own(targets, 'delegations')
  if (delegations === undefined) return
  checkFields(delegations, 'delegations')
  checkTable(own(delegations, 'keys'), 'delegations.keys', checkKey)
  const roles = own(delegations, 'roles') ?? []
  demand(Array.isArray(roles), 'delegations.roles is no list')
  const names = new Set(roles.map(checkDelegatedRole))
  demand(names.size === roles.length, 'delegations name a role twice')
}

function checkDelegatedRole(value: unknown): string {
  checkRoleKeys(value, 'delegation')
  checkFields(value, 'delegation')
  const name = textOf(value, 'name', 'delegation')
  // It would be kept under the name of the file that everything rests on.
  demand(
    !topLevelRoles.some((role) => role === name.toLowerCase()),
    `a delegated role is called ${name}`,
  )
  demand(typeof own(value, 'terminating') === 'boolean', `${name}.terminating is no boolean`)
  const paths = own(value, 'paths')
  const prefixes = own(value, 'path_hash_prefixes')
  demand((paths === undefined) !== (prefixes === undefined), `${name} needs paths or prefixes`)
  checkTexts(paths ?? prefixes, `${name}.paths`)
  return name
}
