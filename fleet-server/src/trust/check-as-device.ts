import { releasePath } from '@kedge/shared/trust/release-target'
import type { MetadataStore } from '@kedge/shared/trust/tuf/ports'
import { TrustedRepository } from '@kedge/shared/trust/tuf/trusted-repository'
import type { Ms } from '@kedge/shared/util/units'
import { formatMetadataName, unversionedName } from './metadata-name.js'
import type { StoredMetadata } from './metadata-repository.js'

/** What a change of the repository looks like from outside. */
export interface Offer {
  /** What a device holds that is up to date before the change. */
  readonly trusted: Iterable<StoredMetadata>
  /** Everything that it can fetch after it. */
  readonly files: Iterable<StoredMetadata>
  /** Models whose role changes; the others are none of its business. */
  readonly models: readonly string[]
  readonly now: Ms
}

/**
 * Goes through a change as every device will, with the same verifier.
 *
 * @throws TrustError with the code that devices would report
 */
export async function checkAsDevice({ trusted, files, models, now }: Offer): Promise<void> {
  const byName = new Map(
    [...files].map((file) => [formatMetadataName(file.role, file.version), file.bytes]),
  )
  const device = await TrustedRepository.open({
    store: memoryStore(trusted),
    fetch: (name) => Promise.resolve(byName.get(name)),
    now: () => now,
  })
  await device.refresh()
  for (const model of models) {
    // No such version: what matters is that the role's file is read on the way.
    await device.target(releasePath({ model, version: '0.0.0' }))
  }
}

function memoryStore(trusted: Iterable<StoredMetadata>): MetadataStore {
  const held = new Map([...trusted].map(({ role, bytes }) => [unversionedName(role), bytes]))
  return {
    read: (name) => Promise.resolve(held.get(name)),
    write: (name, bytes) => Promise.resolve(void held.set(name, bytes)),
    remove: (name) => Promise.resolve(void held.delete(name)),
  }
}
