import { TrustError } from '../errors/trust-error.js'
import type { Release } from '../model/release.js'
import type { DesiredSlot } from '../protocol/desired-state.js'

// Step 7 of the acceptance order: fleet and publisher each say what hardware a release is for, and
// the device itself knows what it is.

/** @throws TrustError `wrong-class` when the fleet takes this device for another kind */
export function checkSlotClass(wanted: DesiredSlot, own: string | undefined): void {
  if (wanted.class === undefined || wanted.class === own) return
  throw refusal(`the fleet means devices of class ${wanted.class}`, own)
}

/** @throws TrustError `wrong-class` when the publisher made the release for others */
export function checkReleaseClass({ compat }: Release, own: string | undefined): void {
  if (compat === undefined || (own !== undefined && compat.classes.includes(own))) return
  throw refusal(`the release is made for ${compat.classes.join(', ')}`, own)
}

const refusal = (why: string, own: string | undefined) =>
  new TrustError('wrong-class', `${why}; this device is ${own ?? 'of no class'}`)
