import { TrustError } from '../errors/trust-error.js'
import type { RootDocument } from '../trust/tuf/documents.js'
import type { MetadataStore } from '../trust/tuf/ports.js'
import { readMetadata } from '../trust/tuf/verify-metadata.js'
import { Ms } from '../util/units.js'

const roles = ['timestamp', 'snapshot', 'targets'] as const

/**
 * When the first of the trusted files expires; undefined where there is nothing yet but the root.
 * What is in the store was verified before it came there.
 */
export async function metadataExpiry(
  store: MetadataStore,
  root: RootDocument,
): Promise<Ms | undefined> {
  const stored = await Promise.all(roles.map((role) => expiryOf(store, role)))
  const known = stored.filter((expires) => expires !== undefined)
  return known.length === 0 ? undefined : Ms(Math.min(Date.parse(root.expires), ...known))
}

async function expiryOf(
  store: MetadataStore,
  role: (typeof roles)[number],
): Promise<number | undefined> {
  const bytes = await store.read(`${role}.json`)
  if (bytes === undefined) return undefined
  try {
    return Date.parse(readMetadata(bytes, role).signed.expires)
  } catch (error) {
    // Spoilt on this disk: the next refresh takes it for missing.
    if (error instanceof TrustError) return undefined
    throw error
  }
}
