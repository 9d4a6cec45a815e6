import type { TufSubject } from '../support/tuf/tuf-client.js'
import type { Contract } from './describe-contract.js'
import { attackCases } from './tuf/attack.cases.js'
import { basicCases } from './tuf/basic.cases.js'
import { delegationCases } from './tuf/delegation.cases.js'
import { formCases } from './tuf/form.cases.js'
import { jsonCases } from './tuf/json.cases.js'
import { keyCases } from './tuf/keys.cases.js'
import { orderCases } from './tuf/order.cases.js'
import { rotationCases } from './tuf/rotation.cases.js'
import { targetFileCases } from './tuf/target-file.cases.js'

/** Those that take longest come last, for whoever stops at the first that fails. */
export const tufClientCases = {
  workflow: basicCases,
  'form and names': formCases,
  'strict JSON': jsonCases,
  'order in time': orderCases,
  delegation: delegationCases,
  'files of targets': targetFileCases,
  attacks: attackCases,
  keys: keyCases,
  rotation: rotationCases,
}

/** What TUF 1.0 asks of a client: the ground that its conformance suite covers, and what Kedge adds. */
export const tufClientContract: Contract<TufSubject> = {
  port: 'a TUF client',
  cases: Object.values(tufClientCases).flat(),
}
