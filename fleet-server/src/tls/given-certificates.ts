import { X509Certificate, createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { TlsConfig } from '../config/config.js'
import type { CertificateSource } from './tls-identity.js'

/** Certificates that somebody else makes and renews; the files are read again while the server runs. */
export const givenCertificates = (
  files: Extract<TlsConfig, { kind: 'files' }>,
): CertificateSource => ({
  async read() {
    const certificate = await readPem(files.cert, '--tls-cert')
    const key = await readPem(files.key, '--tls-key')
    checkPair(certificate, key, files)
    if (files.ca === undefined) return { certificate, key }
    const authority = await readPem(files.ca, '--tls-ca')
    parseCertificate(authority, files.ca)
    return { certificate, key, authority }
  },
})

function checkPair(certificate: string, key: string, files: { cert: string; key: string }): void {
  const parsed = parseCertificate(certificate, files.cert)
  let fits: boolean
  try {
    fits = parsed.checkPrivateKey(createPrivateKey(key))
  } catch (cause) {
    throw new UsageError('usage', `${files.key} holds no private key in PEM form`, { cause })
  }
  if (!fits) throw new UsageError('usage', `${files.key} is not the key of ${files.cert}`)
}

function parseCertificate(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    throw new UsageError('usage', `${file} holds no certificate in PEM form`, { cause })
  }
}

async function readPem(file: string, flag: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new UsageError('usage', `${flag}: ${file} cannot be read`, { cause })
  }
}
