import { choiceCases } from './attacks/choice.cases.js'
import { deliveryCases } from './attacks/delivery.cases.js'
import { metadataCases } from './attacks/metadata.cases.js'
import { replayCases } from './attacks/replay.cases.js'
import type { Contract } from './describe-contract.js'
import type { TrustSubject } from './trust-scene.js'

/** S2 to S4 of the faults: each attack has a code, changes nothing, and ends no inference. */
export const deviceAttacks: Contract<TrustSubject> = {
  port: 'a device that is attacked',
  cases: [...replayCases, ...metadataCases, ...deliveryCases, ...choiceCases],
}
