import type { Quorum } from '../trust/dsse.js'
import type { FleetExtension } from '../trust/tuf/documents.js'
import { envelopeKeys } from '../trust/tuf/tuf-key.js'

/** The keys that sign desired states; none where the root names no fleet. */
export async function fleetSigners(extension: FleetExtension | undefined): Promise<Quorum> {
  if (extension === undefined) return { keys: [], threshold: 1 }
  const { fleet } = extension
  // One key under two ids is one key.
  const distinct = new Map(Object.entries(fleet.keys).map(([id, key]) => [key.keyval.public, id]))
  const ids = new Set(distinct.values())
  const keys = Object.fromEntries(Object.entries(fleet.keys).filter(([id]) => ids.has(id)))
  return { keys: await envelopeKeys(keys), threshold: fleet.threshold }
}
