import type { DelegatedRole, MetadataSignature, SignedDocument } from './documents.js'
import { count, distinct, flag, like, list, optional, record, table, text } from './form.js'
import type { Form, Forms } from './form.js'

/** Signatures of one file that are looked at; more keys than that no role has. */
const mostSignatures = 64

/** 4.2 */
export const fileForms: Forms = {
  // "The keyid MUST be unique in the 'signatures' array".
  signatures: (value) =>
    distinct(record({ keyid: text, sig: text }), ({ keyid }: MetadataSignature) => keyid)(value) &&
    (value as unknown[]).length <= mostSignatures,
  signed: record({}),
}

/** 4.2; the key itself is judged when it is used, for it may be of an unknown kind. */
const keys = table(record({ keytype: text, scheme: text, keyval: record({ public: text }) }))

const roleKeys = { keyids: distinct(text, (keyId: string) => keyId), threshold: count(1) }
const role = record(roleKeys)

const hashes = table(like(/^[0-9a-f]+$/))
const metaFile = record({
  version: count(1),
  length: optional(count(0)),
  hashes: optional(hashes),
})

const time: Form = (value) =>
  like(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)(value) && !Number.isNaN(Date.parse(value as string))

const delegatedFields = record({
  ...roleKeys,
  // It would be kept under the name of the file that everything rests on.
  name: like(/^(?!(?:root|timestamp|snapshot|targets)$)/i),
  terminating: flag,
  paths: optional(list(text)),
  path_hash_prefixes: optional(list(text)),
})

/** By patterns or by hashes of paths, and not by both. */
const delegatedRole: Form = (value) => {
  if (!delegatedFields(value)) return false
  const { paths, path_hash_prefixes: prefixes } = value as DelegatedRole
  return (paths === undefined) !== (prefixes === undefined)
}

/** What every signed document has (4.3 to 4.6). */
const common = (type: SignedDocument['_type']): Forms => ({
  _type: (value) => value === type,
  // 4.3: clients accept every version of the format with the same major number.
  spec_version: like(/^1\.\d+(\.\d+)?$/),
  version: count(1),
  expires: time,
})

export const documentForms: Readonly<Record<SignedDocument['_type'], Forms>> = {
  // 4.3, and Kedge's own part
  root: {
    ...common('root'),
    consistent_snapshot: optional(flag),
    keys,
    roles: record({ root: role, timestamp: role, snapshot: role, targets: role }),
    'x-kedge': optional(
      record({
        fleetId: text,
        fleetEpoch: count(0),
        fleet: record({ keys, threshold: count(1) }),
      }),
    ),
  },
  // 4.6: it is about one file.
  timestamp: { ...common('timestamp'), meta: record({ 'snapshot.json': metaFile }) },
  // 4.4
  snapshot: { ...common('snapshot'), meta: table(metaFile) },
  // 4.5
  targets: {
    ...common('targets'),
    targets: table(record({ length: count(0), hashes, custom: optional(record({})) })),
    delegations: optional(
      record({
        keys,
        roles: optional(distinct(delegatedRole, ({ name }: DelegatedRole) => name)),
      }),
    ),
  },
}
