import type { TrustedKey } from '@kedge/shared/trust/dsse'
import { importPublicKey, type PublicKey } from '@kedge/shared/trust/keys'

/** A fleet that comes back at once needs all its keys again. */
const kept = 20_000

/** Devices' public keys, imported once; the one imported longest ago is forgotten first. */
export class ImportedKeys {
  readonly #keys = new Map<string, Promise<TrustedKey>>()

  /** @throws DocumentError when it is no Ed25519 public key */
  import(publicKey: PublicKey): Promise<TrustedKey> {
    const known = this.#keys.get(publicKey.key)
    if (known) return known
    const [oldest] = this.#keys.keys()
    if (this.#keys.size >= kept && oldest !== undefined) this.#keys.delete(oldest)
    const imported = importPublicKey(publicKey)
    this.#keys.set(publicKey.key, imported)
    return imported
  }
}
