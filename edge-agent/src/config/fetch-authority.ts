import { X509Certificate } from 'node:crypto'
import { LinkError } from '@kedge/shared/errors/device-error'
import { tlsFailureOf } from '@kedge/shared/errors/tls-failure'
import { readAnswer, type Answer } from '../link/trusted-fetch.js'

/**
 * The certificate authority of a server that is not trusted yet, as PEM. What makes it trusted is the
 * SHA-256 that the enrolment token has brought by another way.
 *
 * @throws LinkError `authority-mismatch` when it is another, `transport-mismatch`, `link-offline`
 */
export async function fetchAuthority(url: string, pin: string): Promise<string> {
  const { status, text } = await ask(url)
  const pem = status === 200 ? toCertificate(text) : undefined
  if (pem === undefined) {
    throw new LinkError('authority-mismatch', `${url} shows no certificate authority to pin`)
  }
  const found = fingerprintOf(pem)
  if (found === pin) return pem.toString()
  throw new LinkError(
    'authority-mismatch',
    `${url} shows the certificate authority ${found}, but the token names ${pin}: ` +
      'it is another server, or somebody stands in between',
  )
}

async function ask(url: string): Promise<Answer> {
  try {
    return await readAnswer(new URL('/ca.pem', url).href, { method: 'GET', ca: undefined })
  } catch (cause) {
    const failure = tlsFailureOf(cause)
    if (failure) throw new LinkError(failure.code, `${url} ${failure.says}`, { cause })
    throw new LinkError('link-offline', `the server at ${url} does not answer`, { cause })
  }
}

function toCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

const fingerprintOf = (certificate: X509Certificate): string =>
  certificate.fingerprint256.replaceAll(':', '').toLowerCase()
