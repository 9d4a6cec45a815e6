import type { SignedDocument, TargetsDocument } from '@kedge/shared/trust/tuf/documents'
import type { TrustedTarget } from '@kedge/shared/trust/tuf/find-target'
import type { MetadataStore, RepositoryLimits } from '@kedge/shared/trust/tuf/ports'
import { TrustedRepository } from '@kedge/shared/trust/tuf/trusted-repository'
import { decodeUtf8 } from '@kedge/shared/util/bytes'
import { Ms } from '@kedge/shared/util/units'
import { SimulatedRepository, start } from './simulated-repository.js'

/** A device's side: a store in memory, and a verifier that starts anew at every command. */
export class TufClient {
  readonly files = new Map<string, Uint8Array>()
  now = start
  limits: Partial<RepositoryLimits> = {}
  names: ((document: TargetsDocument) => void) | undefined
  readonly #repository: SimulatedRepository

  constructor(repository: SimulatedRepository) {
    this.#repository = repository
    this.trust('1.root.json')
  }

  /** Begins with that root of the repository. */
  trust(name: string): void {
    this.files.set('root.json', this.#repository.files.get(name)!)
  }

  readonly store: MetadataStore = {
    read: (name) => Promise.resolve(this.files.get(name)),
    write: (name, bytes) => Promise.resolve(void this.files.set(name, bytes)),
    remove: (name) => Promise.resolve(void this.files.delete(name)),
  }

  open(): Promise<TrustedRepository> {
    return TrustedRepository.open({
      store: this.store,
      fetch: this.#repository.fetch,
      now: () => Ms(this.now),
      limits: this.limits,
      ...(this.names ? { names: this.names } : {}),
    })
  }

  async refresh(): Promise<void> {
    await (await this.open()).refresh()
  }

  async target(path: string): Promise<TrustedTarget | undefined> {
    const repository = await this.open()
    await repository.refresh()
    return repository.target(path)
  }

  /** The version of each trusted file by its role: `{ root: 1, timestamp: 2 }`. */
  versions(): Record<string, number> {
    const entries = [...this.files].map(([name, bytes]) => {
      const { signed } = JSON.parse(decodeUtf8(bytes)) as { signed: SignedDocument }
      return [name.replace(/\.json$/, ''), signed.version] as const
    })
    return Object.fromEntries(entries)
  }
}

/** A repository at version 1, and a client that has its first root. */
export interface TufSubject extends AsyncDisposable {
  readonly repository: SimulatedRepository
  readonly client: TufClient
}

export async function openTufSubject(): Promise<TufSubject> {
  const repository = await SimulatedRepository.create()
  return {
    repository,
    client: new TufClient(repository),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
