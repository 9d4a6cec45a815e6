import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import path from 'node:path'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { Clock } from '@kedge/shared/util/clock'
import { writeFileAtomically } from '../files/write-file-atomically.js'
import type { Certified } from './issue-certificates.js'
import type { CertificateSource, ServerCertificate } from './tls-identity.js'

export interface OwnCertificatesOptions {
  readonly folder: string
  /** The names and addresses that the server is reached by at this moment. */
  readonly names: () => readonly string[]
  readonly clock: Clock
}

const ownerOnly = 0o600
/** A third of its life is left when a certificate is renewed. */
const renewBefore = 1 / 3

/** The server's own authority, made at the first start, and the certificate it gives the server. */
export class OwnCertificates implements CertificateSource {
  readonly #options: OwnCertificatesOptions

  constructor(options: OwnCertificatesOptions) {
    this.#options = options
  }

  /** @throws UsageError when what is in the folder cannot be used */
  async read(): Promise<ServerCertificate> {
    const authority = await this.#authority()
    const { certificate, key } = await this.#serverCertificate(authority)
    return { certificate, key, authority: authority.certificate }
  }

  async #authority(): Promise<Certified> {
    const certificateFile = this.#file('ca.pem')
    const keyFile = this.#file('ca-key.pem')
    const certificate = await readIfThere(certificateFile)
    if (certificate === undefined) {
      const { createAuthority } = await import('./issue-certificates.js')
      const fresh = await createAuthority(this.#options.clock.now())
      // The certificate last: where there is one, its key is there too.
      await writeFileAtomically(keyFile, fresh.key, ownerOnly)
      await writeFileAtomically(certificateFile, fresh.certificate)
      return fresh
    }
    const key = await readIfThere(keyFile)
    if (key === undefined || !isCertificate(certificate)) {
      // Making another would cut off every enrolled device, which trusts only the old one.
      const file = key === undefined ? keyFile : certificateFile
      throw new UsageError('usage', `${file} is missing or damaged; restore it from a backup`)
    }
    return { certificate, key }
  }

  async #serverCertificate(authority: Certified): Promise<Certified> {
    const file = this.#file('server.pem')
    const kept = splitPem((await readIfThere(file)) ?? '')
    const names = this.#options.names()
    const now = this.#options.clock.now()
    if (kept && isGood(kept, { authority, names, now })) return kept
    const { issueServerCertificate } = await import('./issue-certificates.js')
    const fresh = await issueServerCertificate(authority, names, now)
    // One file, so that certificate and key always fit.
    await writeFileAtomically(file, `${fresh.certificate}\n${fresh.key}\n`, ownerOnly)
    return fresh
  }

  #file(name: string): string {
    return path.join(this.#options.folder, name)
  }
}

interface Needed {
  readonly authority: Certified
  readonly names: readonly string[]
  readonly now: number
}

/** Whether a certificate is of this authority, has every name, and is not near its end. */
function isGood({ certificate }: Certified, { authority, names, now }: Needed): boolean {
  const kept = new X509Certificate(certificate)
  const from = Date.parse(kept.validFrom)
  const to = Date.parse(kept.validTo)
  return (
    kept.verify(new X509Certificate(authority.certificate).publicKey) &&
    from <= now &&
    to - now > (to - from) * renewBefore &&
    names.every((name) => (isIP(name) === 0 ? kept.checkHost(name) : kept.checkIP(name)))
  )
}

function splitPem(text: string): Certified | undefined {
  const [certificate] = /-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/.exec(text) ?? []
  const [key] = /-----BEGIN PRIVATE KEY-----[^]+?-----END PRIVATE KEY-----/.exec(text) ?? []
  if (certificate === undefined || key === undefined || !isCertificate(certificate))
    return undefined
  return { certificate, key }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
